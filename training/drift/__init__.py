"""What moved from one file of records, or of answers, to another: the verb `drift` and its page."""
