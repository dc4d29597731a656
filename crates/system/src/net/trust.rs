//! Which servers are trusted: those with a certificate from the system's authorities or from one named in config.ini, and those that
//! present a certificate named there. The latter is compared byte for byte: whoever presents it has its key, so its name and
//! expiry date add nothing, and a self-signed certificate need not be an authority.

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

/// In bytes, of a file with certificates; all authorities of a system take a fifth of this.
const LARGEST: u64 = 1024 * 1024;

/// For a server whose certificate or authority may be in `own` (PEM; empty for none). Reads the system's certificates, which takes
/// a while.
///
/// # Errors
/// `own` holds no valid certificate.
pub fn tls_connector(own: &str) -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let own = certificates(own)?;
    for certificate in &own {
        roots.add(certificate.clone()).map_err(io::Error::other)?;
    }
    let provider = Arc::new(ring::default_provider());
    // Fails without any authority; the server's own certificates remain.
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().ok();
    let builder = ClientConfig::builder_with_provider(provider.clone());
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let verifier = Arc::new(Verifier { authorities, own, provider });
    let config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Reads a PEM file that config.ini names; nothing for an empty path. Blocks.
///
/// # Errors
/// The file can't be read, is too large or holds no certificate. The text begins with its path.
pub fn read_certificates(path: &Path) -> io::Result<String> {
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
    // Comments between certificates may be in any encoding.
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

/// The name that the server's certificate must have.
///
/// # Errors
/// Neither a name nor an address.
pub fn server_name(host: &str) -> io::Result<ServerName<'static>> {
    ServerName::try_from(host.to_owned()).map_err(io::Error::other)
}

/// Starts TLS on the connection.
///
/// # Errors
/// The connection breaks, or the server is not trusted: see `is_certificate_error`.
pub async fn encrypt(
    trust: &TlsConnector,
    name: ServerName<'static>,
    stream: TcpStream,
) -> io::Result<TlsStream<TcpStream>> {
    trust.connect(name, stream).await
}

/// Whether the server's certificate was rejected.
pub fn is_certificate_error(error: &io::Error) -> bool {
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
        presented: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.own.iter().any(|known| known == presented) {
            return Ok(ServerCertVerified::assertion());
        }
        let Some(authorities) = &self.authorities else {
            return Err(CertificateError::UnknownIssuer.into());
        };
        authorities.verify_server_cert(presented, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        presented: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, presented, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        presented: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, presented, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
