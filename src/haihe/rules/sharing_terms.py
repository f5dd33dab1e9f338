"""How a scheme file declares the sharing of tax of moved firms: the key ``settlement`` of a dated version."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from haihe.rules.scalars import Amount, Part, Plain, Weight, Whole, Words

_Many = BeforeValidator(lambda value: value if isinstance(value, (list, tuple)) else [value])

Plains = Annotated[tuple[Plain, ...], _Many]
Shares = Annotated[tuple[Weight, ...], _Many]


class SharingTerms(Part):
    """Terms of a scheme that shares tax between origin and destination; see `haihe.rules.sharing.SharingScheme`.

    `shares` holds the origin's share in each of the first years, `extension` those of the years that follow where the
    cap has not been reached; `cap` is a multiple of the tax of all base years.
    """

    taxes: Plains = Field(min_length=1)
    base_years: Whole
    least_mean: Amount
    led_by: Plains
    needs: Annotated[tuple[Literal["fits_layout", "listed_by_origin", "listed_by_destination"], ...], _Many] = ()
    start: Literal["same_year", "next_year"]
    shares: Shares = Field(min_length=1)
    extension: Shares = ()
    cap: Weight
    rounding: Literal["half_up", "down", "up"]
    losses: Literal["zero", "carry"]
    afterwards: Words
