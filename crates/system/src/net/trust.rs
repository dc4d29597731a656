//! Whom to trust: the system's authorities, those that somebody has named in config.ini, and each certificate that is named there
//! as the server's own. Such a one is trusted for what it is, byte for byte: whoever shows it has its key, so that neither the name in it
//! nor its last day says anything more, and a self-signed one need be no authority.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use crate::paths;

/// All authorities of a system together have a fifth of that.
const LARGEST: u64 = 1024 * 1024;

/// For a server whose certificate, or whose authority, may be in `own` (PEM; empty for none). Reads the system's certificates, which
/// takes a while.
///
/// # Errors
/// `own` holds no certificate that can be read.
pub fn trusting(own: &str) -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let own = certificates(own)?;
    for certificate in &own {
        roots.add(certificate.clone()).map_err(io::Error::other)?;
    }
    let provider = Arc::new(ring::default_provider());
    // Without any authority there are still the server's own certificates.
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().ok();
    let builder = ClientConfig::builder_with_provider(provider.clone());
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let verifier = Arc::new(Verifier { authorities, own, provider });
    let config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What is in a file that config.ini names; an empty path names none. Blocks on the disk.
///
/// # Errors
/// It can't be read, is no file for certificates, or holds none. With its path.
pub fn named(path: &Path) -> io::Result<String> {
    if path.as_os_str().is_empty() {
        return Ok(String::new());
    }
    let unusable = |error: io::Error| io::Error::other(format!("{}: {error}", path.display()));
    let pem = read(path).map_err(unusable)?;
    certificates(&pem).map_err(unusable)?;
    Ok(pem)
}

fn read(path: &Path) -> io::Result<String> {
    let mut pem = Vec::new();
    paths::file(path)?.take(LARGEST + 1).read_to_end(&mut pem)?;
    if pem.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it is larger than {LARGEST} bytes")));
    }
    // What is between certificates may be in any encoding.
    Ok(String::from_utf8_lossy(&pem).into_owned())
}

fn certificates(pem: &str) -> io::Result<Vec<CertificateDer<'static>>> {
    if pem.is_empty() {
        return Ok(Vec::new());
    }
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let certificates = read.map_err(io::Error::other)?;
    if certificates.is_empty() {
        return Err(io::Error::other("it contains no certificate"));
    }
    Ok(certificates)
}

/// # Errors
/// Neither a name nor an address.
pub fn server_name(host: &str) -> io::Result<ServerName<'static>> {
    ServerName::try_from(host.to_owned()).map_err(io::Error::other)
}

/// # Errors
/// The connection breaks, or the server is not trusted: see `is_distrust`.
pub async fn encrypted(
    trust: &TlsConnector,
    name: ServerName<'static>,
    stream: TcpStream,
) -> io::Result<TlsStream<TcpStream>> {
    trust.connect(name, stream).await
}

/// Whether it was the certificate that kept us from going on.
pub fn is_distrust(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

#[derive(Debug)]
struct Verifier {
    authorities: Option<Arc<WebPkiServerVerifier>>,
    own: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.own.iter().any(|known| known == shown) {
            return Ok(ServerCertVerified::assertion());
        }
        let Some(authorities) = &self.authorities else {
            return Err(CertificateError::UnknownIssuer.into());
        };
        authorities.verify_server_cert(shown, between, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, shown, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, shown, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
