"""How sales react to price: cells of product and day, demand with its nuisances, and priors shared between products."""
