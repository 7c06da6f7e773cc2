"""How it answers: the HTTP border, the BentoML service, the page and the command line."""
