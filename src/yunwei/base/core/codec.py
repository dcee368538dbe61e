"""Facts to bytes and back (MessagePack). The only encoding on the bus."""

import msgspec

from yunwei.base.core.errors import Invalid

_encoder = msgspec.msgpack.Encoder()


def encode(fact: object) -> bytes:
    """Return the MessagePack of a frozen fact (or a list of facts)."""
    return _encoder.encode(fact)


def decode[T](data: bytes, fact_type: type[T]) -> T:
    """Return the fact of `fact_type`; raises Invalid when the bytes are not one."""
    try:
        return msgspec.msgpack.decode(data, type=fact_type)
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
        raise Invalid("", f"not a {fact_type}: {error}") from error
