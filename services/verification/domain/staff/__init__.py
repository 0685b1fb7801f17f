"""The rules about people who work here: accounts, passwords, second factors, tries, sessions."""
