"""The month: indicators by region, chain or sector, their pace against the year's targets, and what the next meeting must see."""
