"""The satisfaction survey (PermenPANRB 14/2017): who is asked, what is asked, how answers are counted, and the index of them. Pure."""
