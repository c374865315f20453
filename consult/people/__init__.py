"""Who is here: accounts and sign-ins, delegations, members with their roles, invitations, imported lists."""
