//! HTTPS, with a server whose certificate is good, expired, or of nobody.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::*;
use crate::run::health::TlsIdentity;

const AUTHORITY: &[u8] = include_bytes!("../../testdata/authority.pem");
const EXPIRED: &[u8] = include_bytes!("../../testdata/expired.pem");
const KEY: &[u8] = include_bytes!("../../testdata/server.key");
const SERVER: &[u8] = include_bytes!("../../testdata/server.pem");

/// A server that answers with the name that the client asked for in its handshake.
async fn serve_encrypted(certificate: &[u8]) -> SocketAddr {
    serve_to(certificate, false).await
}

/// The same, perhaps only to clients with a certificate of the authority.
async fn serve_to(certificate: &[u8], wants_certificate: bool) -> SocketAddr {
    serve_with(certificate, wants_certificate, true).await
}

/// The same, perhaps without a farewell at the end.
async fn serve_with(
    certificate: &[u8],
    wants_certificate: bool,
    says_farewell: bool,
) -> SocketAddr {
    let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let builder = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if wants_certificate {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(AUTHORITY).unwrap()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let config = builder.with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that refuses the certificate ends the handshake.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let name = stream.get_ref().1.server_name().unwrap_or("nobody").to_owned();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let response = format!("HTTP/1.0 200 OK\r\n\r\nfor {name}");
            let _ = stream.write_all(response.as_bytes()).await;
            if says_farewell {
                let _ = stream.shutdown().await;
            }
        }
    });
    address
}

async fn ask_encrypted(
    target: SocketAddr,
    name: Option<&str>,
    verify: bool,
    expected: &str,
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(AUTHORITY).unwrap()).unwrap();
    let trust = Trust::in_roots(roots);
    let tls = Some(TlsAsk { server_name: name.map(str::to_owned), verify, identity: None });
    let exchange = HttpExchange { check: matching(expected, false), ..get("/") };
    let question = question(HttpAsk { tls, ..plain(vec![exchange]) }, target, PATIENT);
    let probe = build(&question, &trust).unwrap();
    run(probe.as_ref(), question.limit)
        .await
        .map(|reply| reply.text.into_owned())
        .map_err(|failure| failure.cause)
}

#[tokio::test]
async fn any_certificate_is_good_unless_it_is_to_be_verified() {
    let target = serve_encrypted(EXPIRED).await;
    let good = Ok("200 OK".to_owned());
    assert_eq!(ask_encrypted(target, None, false, "for nobody").await, good);
    assert_eq!(ask_encrypted(target, Some("web.example"), false, "for web.example").await, good);
    let cause = ask_encrypted(target, Some("web.example"), true, "for").await.unwrap_err();
    assert!(cause.starts_with("TLS: invalid peer certificate: certificate expired"), "{cause}");
}

#[tokio::test]
async fn a_verified_certificate_has_to_be_for_the_name() {
    let target = serve_encrypted(SERVER).await;
    let good = ask_encrypted(target, Some("web.example"), true, "for web.example").await;
    assert_eq!(good, Ok("200 OK".to_owned()));
    let cause = ask_encrypted(target, Some("other.example"), true, "for").await.unwrap_err();
    assert!(cause.contains("certificate not valid for name"), "{cause}");
}

#[tokio::test]
async fn a_plain_server_is_no_encrypted_one() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let target = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // A handshake is no request, and gets the answer that every server gives to one.
            let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n").await;
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    let cause = ask_encrypted(target, None, false, "for").await.unwrap_err();
    assert!(cause.starts_with("TLS: "), "{cause}");
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_gets_it() {
    let target = serve_to(SERVER, true).await;
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("own.pem"), folder.path().join("own.key"));
    std::fs::write(&certificate, SERVER).unwrap();
    std::fs::write(&key, KEY).unwrap();
    let asked = |identity: Option<TlsIdentity>| {
        let tls = Some(TlsAsk { server_name: None, verify: false, identity });
        let exchange = HttpExchange { check: matching("for nobody", false), ..get("/") };
        question(HttpAsk { tls, ..plain(vec![exchange]) }, target, PATIENT)
    };
    let identity = TlsIdentity { certificate: certificate.clone(), key: key.clone() };
    let with = asked(Some(identity));
    let probe = build(&with, &Trust::default()).unwrap();
    assert_eq!(run(probe.as_ref(), with.limit).await.unwrap().text, "200 OK");
    let without = asked(None);
    let probe = build(&without, &Trust::default()).unwrap();
    assert!(run(probe.as_ref(), without.limit).await.is_err());

    let missing = asked(Some(TlsIdentity { certificate: key, key: certificate }));
    let refusal = build(&missing, &Trust::default()).err().unwrap();
    assert!(matches!(refusal, Refusal::Identity(..)), "{refusal}");
}

#[tokio::test]
async fn each_page_may_be_asked_for_by_another_name() {
    let target = serve_encrypted(SERVER).await;
    let page = |name: Option<&str>, expected: &str| HttpExchange {
        server_name: name.map(str::to_owned),
        check: matching(expected, false),
        ..get("/")
    };
    let pages = vec![
        page(Some("a.example"), "^for a.example$"),
        page(Some("b.example"), "^for b.example$"),
        page(None, "^for web.example$"),
    ];
    let server_name = Some("web.example".to_owned());
    let tls = Some(TlsAsk { server_name, verify: false, identity: None });
    let question = question(HttpAsk { tls, ..plain(pages) }, target, PATIENT);
    let probe = build(&question, &Trust::default()).unwrap();
    let answer = run(probe.as_ref(), question.limit).await;
    assert_eq!(answer.map(|reply| reply.text.into_owned()), Ok("200 OK".to_owned()));
}

#[tokio::test]
async fn a_server_that_closes_without_farewell_has_said_all() {
    let target = serve_with(SERVER, false, false).await;
    let good = ask_encrypted(target, None, false, "for nobody$").await;
    assert_eq!(good, Ok("200 OK".to_owned()));
}
