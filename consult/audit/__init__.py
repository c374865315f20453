"""The audit log: every act that changes the record, hash-chained per consultation."""
