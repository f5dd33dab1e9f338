"""How a page is declared, guarded and laid out; lists; the register in which rooms announce themselves."""
