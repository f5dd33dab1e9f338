"""Published plans: frozen with what they rest on; targets, duties and problems derived from them; reality beside them."""
