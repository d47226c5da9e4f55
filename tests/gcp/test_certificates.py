from __future__ import annotations

import ssl

import pytest

from components.gcp.certificates import google_roots
from components.gcp.client_certificate import seconds_since_epoch

END_OF_2030 = ssl.cert_time_to_seconds("Dec 31 23:59:59 2030 GMT")


def test_google_roots() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=google_roots())
    known = context.get_ca_certs()
    names = {str(certificate["subject"]) for certificate in known}
    assert any("GTS Root R1" in name for name in names)
    assert min(ssl.cert_time_to_seconds(str(one["notAfter"])) for one in known) > END_OF_2030


@pytest.mark.parametrize("moment", ["2030-12-31T23:59:59Z", "2030-12-31T23:59:59.123456789Z"])
def test_moments_are_read_as_google_writes_them(moment: str) -> None:
    assert seconds_since_epoch(moment) == END_OF_2030
