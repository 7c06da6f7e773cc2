"""From challenger to champion, and back: both are judged on the same records before the alias moves."""
