"""Search measured: the judged set, the systems that it is held against, figures, speed at scale."""
