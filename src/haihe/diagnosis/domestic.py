"""Pooled accounts to coefficients of what each region makes itself."""

import numpy as np

from haihe.accounts import Accounts
from haihe.diagnosis.factor import FloatArray


def home_shares(accounts: Accounts) -> FloatArray:
    """Share of each product's uses in a region that the region makes itself, shape (R, n); 1 where nothing is used.

    All users of a product in a region are taken to buy from the same mix of origins, as in
    `InterregionalTable.from_accounts`. Where more comes in than the region uses (transit, or errors of the source)
    the share is below 0, which keeps the row identity exact.
    """
    uses = accounts.uses
    bought = accounts.imports + accounts.inflow + accounts.flows_in
    return 1.0 - np.divide(bought, uses, out=np.zeros_like(uses), where=uses != 0)


def domestic_coefficients(accounts: Accounts) -> FloatArray:
    """Input coefficients of own products, a block a region, shape (R·n, R·n).

    ``a[r,i,j] = home[r,i] · Z[r,i,j] / output[r,j]``; nothing stands between regions. With the own part of final use,
    exports, outflow, flows out and the residual as final demand, the solution is the output of the accounts.

    References
    ----------
    Chenery, H. B. (1953); Moses, L. N. (1955), American Economic Review 45(5), 803-826; Miller and Blair (2009),
    section 4.6 (competitive imports).
    """
    R, n = len(accounts.regions), len(accounts.sectors)
    whole = np.zeros((R, n, R, n))
    home = np.arange(R)
    whole[home, :, home, :] = home_shares(accounts)[:, :, None] * accounts.coefficients
    return whole.reshape(R * n, R * n)
