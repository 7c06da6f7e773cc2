"""Labels of real records: where they come from, who gave them, which are doubtful."""
