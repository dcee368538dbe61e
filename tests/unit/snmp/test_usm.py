"""Keys by the RFCs' own vectors, and the two acts of the security model."""

import pytest

from tests.support.snmp_v3 import Agent, trap_user
from yunwei.plugins.sdk.snmp import usm
from yunwei.plugins.sdk.snmp.ber import BadDatagram
from yunwei.plugins.sdk.snmp.message_v3 import (
    build_plain,
    cut_scoped,
    is_version_3,
    read_encrypted,
    read_message,
)
from yunwei.plugins.sdk.snmp.notification import decode_trap
from yunwei.plugins.sdk.snmp.usm_keys import (
    AuthProtocol,
    PrivacyProtocol,
    derive_key,
    localise_key,
    localise_privacy_key,
)

ENGINE = bytes.fromhex("000000000000000000000002")


@pytest.mark.parametrize(
    ("protocol", "key", "local"),
    [
        # RFC 3414 A.3.1 and A.3.2
        (
            AuthProtocol.MD5,
            "9faf3283884e92834ebc9847d8edd963",
            "526f5eed9fcce26f8964c2930787d82b",
        ),
        (
            AuthProtocol.SHA,
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_the_keys_of_rfc_3414(protocol: AuthProtocol, key: str, local: str):
    made = derive_key(protocol, b"maplesyrup")

    assert made.hex() == key
    assert localise_key(protocol, made, ENGINE).hex() == local


def test_the_longer_keys_of_the_drafts():
    """draft-reeder 5.1 and 5.2: two localised keys, one after the other."""
    md5 = derive_key(AuthProtocol.MD5, b"maplesyrup")
    sha = derive_key(AuthProtocol.SHA, b"maplesyrup")

    assert localise_privacy_key(
        AuthProtocol.MD5, PrivacyProtocol.AES256_CISCO, md5, ENGINE
    ).hex() == ("526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12")
    assert localise_privacy_key(
        AuthProtocol.SHA, PrivacyProtocol.AES256_CISCO, sha, ENGINE
    ).hex() == ("6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c")


def test_an_empty_password_makes_no_key():
    with pytest.raises(ValueError, match="empty"):
        derive_key(AuthProtocol.SHA256, b"")


@pytest.mark.parametrize("auth", AuthProtocol)
@pytest.mark.parametrize("privacy", PrivacyProtocol)
def test_what_is_sealed_is_opened_by_the_same_keys_only(auth, privacy):
    agent = Agent(user=trap_user(auth=auth, privacy=privacy))
    data = agent.trap(42)
    message = read_message(data)
    user = usm.build_user(
        "olga",
        auth=auth,
        auth_password=agent.user.auth_password,
        privacy=privacy,
        privacy_password=agent.user.privacy_password,
    )
    keys = usm.localise_user(user, message.engine_id)
    others = usm.localise_user(user, b"another engine")

    assert usm.is_authentic(data, message, auth, keys.auth_key)
    assert not usm.is_authentic(data, message, auth, others.auth_key)
    plain = usm.decrypt(read_encrypted(data, message), message, privacy, keys.privacy_key)
    stored = build_plain(data, message, cut_scoped(plain, 0, len(plain)))
    trap = decode_trap(stored, address="192.0.2.1")
    assert (trap.version, trap.user, trap.engine_id) == ("3", "olga", agent.engine_id.hex())
    assert (trap.community, trap.varbinds[0].value) == ("", "42")


def test_a_changed_bit_is_noticed_wherever_it_is():
    agent = Agent(user=trap_user(privacy=None))
    data = agent.trap(1)
    message = read_message(data)
    user = usm.build_user("olga", auth=agent.user.auth, auth_password=agent.user.auth_password)
    key = usm.localise_user(user, message.engine_id).auth_key

    for at in range(message.mac_at, len(data)):
        changed = bytearray(data)
        changed[at] ^= 1
        assert not usm.is_authentic(bytes(changed), message, agent.user.auth, key)


def test_an_encrypted_message_is_not_decoded():
    with pytest.raises(BadDatagram, match="encrypted"):
        decode_trap(Agent(user=trap_user()).trap(), address="192.0.2.1")


def test_the_version_is_told_apart_cheaply():
    assert is_version_3(Agent(user=trap_user()).trap())
    assert not is_version_3(bytes.fromhex("3003020103"))
    assert not is_version_3(b"no SNMP at all")


def test_keys_are_never_printed():
    user = usm.build_user("olga", auth=AuthProtocol.SHA, auth_password="authentic-words")
    keys = usm.localise_user(user, ENGINE)

    for secret in (user.auth_key, keys.auth_key):
        assert repr(secret) not in repr(user) + repr(keys)
    assert "authentic-words" not in repr(trap_user())
