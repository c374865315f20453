"""Who may act: one table of permissions, decided in one place. Pure: no I/O, no clock."""
