"""Whom a TLS handshake trusts, and what we show there ourselves."""

import ssl

from leadline.vocabulary import TlsFiles


def trusted_context() -> ssl.SSLContext:
    """Verify certificates and names against the system's authorities, or certifi's where it has none."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not context.get_ca_certs() and paths.cafile is None and paths.capath is None:
        import certifi  # noqa: PLC0415 - only a machine without authorities needs it

        context.load_verify_locations(certifi.where())
    return _usual(context)


def context_of(files: TlsFiles) -> ssl.SSLContext:
    """Raises ValueError with a sentence for files that cannot be read, or are not what they should be."""
    try:
        context = (
            _usual(ssl.create_default_context(cafile=files.ca_file)) if files.ca_file else trusted_context()
        )
    except OSError as error:
        raise ValueError(_unusable(files.ca_file, "holds no certificate authority in PEM", error)) from error
    if files.certificate:
        try:
            context.load_cert_chain(files.certificate, files.key or None, password=_no_password)
        except (OSError, ValueError) as error:
            names = f"{files.certificate} with {files.key or 'the key in it'}"
            raise ValueError(_unusable(names, "is no certificate with its unlocked key", error)) from error
    return context


def _usual(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_password() -> str:
    """Else OpenSSL would ask on the terminal."""
    raise ValueError("the key is locked by a password")


def _unusable(name: str, otherwise: str, error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        return f"{name} cannot be read ({error.strerror}); correct `tls` of the provider"
    return f"{name} {otherwise}; correct `tls` of the provider"
