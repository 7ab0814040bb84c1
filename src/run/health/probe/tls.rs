//! Encryption of checks.

use std::collections::HashMap;
use std::fmt::Display;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WantsClientCert;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::super::Failure;
use super::super::question::{TlsAsk, TlsIdentity};
use super::{Refusal, cause, line};

mod stream;

use stream::Stream;

/// The settings of encrypted connections, made on first use and shared by all checks.
#[derive(Debug, Default)]
pub struct Trust {
    /// Without and with the server's name in the handshake.
    unverified: [OnceLock<Arc<ClientConfig>>; 2],
    verified: OnceLock<Result<Arc<ClientConfig>, Refusal>>,
    /// With a certificate of the director's own, by its files and whether a name is sent.
    identified: Mutex<HashMap<(TlsIdentity, bool), Arc<ClientConfig>>>,
    /// Instead of the system's.
    roots: Option<RootCertStore>,
}

impl Trust {
    /// Certificates of these authorities are good, and no others.
    pub fn in_roots(roots: RootCertStore) -> Self {
        Self { roots: Some(roots), ..Self::default() }
    }

    fn identified(
        &self,
        identity: &TlsIdentity,
        has_name: bool,
    ) -> Result<Arc<ClientConfig>, Refusal> {
        let key = (identity.clone(), has_name);
        // What another check was about to add when it panicked is not there.
        let mut known = self.identified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = known.get(&key) {
            return Ok(config.clone());
        }
        let config = Arc::new(with_identity(identity, has_name)?);
        known.insert(key, config.clone());
        Ok(config)
    }
}

/// How one check encrypts.
pub(super) struct Encryption {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Encryption {
    pub(super) fn new(ask: &TlsAsk, address: IpAddr, trust: &Trust) -> Result<Self, Refusal> {
        let name = match &ask.server_name {
            Some(name) => {
                ServerName::try_from(name.clone()).map_err(|_| Refusal::ServerName(name.clone()))?
            }
            None => ServerName::from(address),
        };
        let config = if let Some(identity) = &ask.identity {
            trust.identified(identity, ask.server_name.is_some())?
        } else if ask.verify {
            trust.verified.get_or_init(|| verified(trust.roots.clone())).clone()?
        } else {
            let has_name = ask.server_name.is_some();
            let [without, with] = &trust.unverified;
            let slot = if has_name { with } else { without };
            slot.get_or_init(|| unverified(has_name)).clone()
        };
        Ok(Self { connector: TlsConnector::from(config), name })
    }

    /// Shakes hands.
    pub(super) async fn encrypt(&self, stream: TcpStream) -> Result<Stream, Failure> {
        let connected = self.connector.connect(self.name.clone(), stream).await;
        connected.map(Stream).map_err(|error| Failure::new(format!("TLS: {}", cause(&error))))
    }
}

fn verified(roots: Option<RootCertStore>) -> Result<Arc<ClientConfig>, Refusal> {
    let roots = roots.map_or_else(system_roots, Ok)?;
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| Refusal::Trust(error.to_string()))?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

fn system_roots() -> Result<RootCertStore, Refusal> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let cause = found.errors.first().map_or("there are none".to_owned(), ToString::to_string);
        return Err(Refusal::Trust(cause));
    }
    Ok(roots)
}

fn with_identity(identity: &TlsIdentity, has_name: bool) -> Result<ClientConfig, Refusal> {
    let refused = |path: &Path, why: &dyn Display| {
        Refusal::Identity(path.display().to_string(), line(&why.to_string()))
    };
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(&identity.certificate)
            .and_then(Iterator::collect)
            .map_err(|error| refused(&identity.certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(&identity.key)
        .map_err(|error| refused(&identity.key, &error))?;
    let mut config = builder()
        .with_client_auth_cert(certificates, key)
        .map_err(|error| refused(&identity.certificate, &error))?;
    config.enable_sni = has_name;
    Ok(config)
}

fn unverified(has_name: bool) -> Arc<ClientConfig> {
    let mut config = builder().with_no_client_auth();
    config.enable_sni = has_name;
    Arc::new(config)
}

/// As keepalived and ldirectord do: any certificate is good, the check asks whether the server serves.
fn builder() -> ConfigBuilder<ClientConfig, WantsClientCert> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(AnyCertificate(provider.clone()));
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    #[expect(clippy::expect_used, reason = "ring's provider has suites for both versions")]
    let builder = builder.expect("ring knows TLS 1.2 and 1.3");
    builder.dangerous().with_custom_certificate_verifier(verifier)
}

/// Takes any certificate, but insists that the server has its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
