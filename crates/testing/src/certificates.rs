//! Certificates for servers on loopback, made by openssl.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

const NEW_KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/// Files in PEM.
pub struct Certificates {
    /// Of the authority that signed the certificate; `cert` itself if it is self-signed.
    pub ca: PathBuf,
    /// The server's certificate.
    pub cert: PathBuf,
    /// The server's private key.
    pub key: PathBuf,
}

impl Certificates {
    /// Signed by an authority of the test's own, for a server called `name`; valid for two days.
    pub fn make(room: &Path, name: &str) -> Self {
        let directory = room.join(format!("certificates-{name}"));
        fs::create_dir_all(&directory).expect("a directory");
        let authority = ["req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority"];
        openssl(&directory, &[&authority[..], &NEW_KEY, &["-days", "2"]]);
        let request = ["req", "-keyout", "key.pem", "-out", "request", "-subj", "/CN=server"];
        openssl(&directory, &[&request[..], &NEW_KEY]);
        fs::write(directory.join("names"), format!("subjectAltName=DNS:{name}\n")).expect("a file");
        let sign = ["x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
        openssl(&directory, &[&sign[..], &["-extfile", "names", "-out", "cert.pem", "-days", "2"]]);
        let path = |name: &str| directory.join(name);
        Self { ca: path("ca.pem"), cert: path("cert.pem"), key: path("key.pem") }
    }
}

/// Signed by nobody but itself, for a server of another name, and expired yesterday.
pub fn self_signed(room: &Path) -> Certificates {
    let directory = room.join("self-signed");
    fs::create_dir_all(&directory).expect("a directory");
    let request = ["req", "-keyout", "key.pem", "-out", "request", "-subj", "/CN=elsewhere.example"];
    openssl(&directory, &[&request[..], &NEW_KEY]);
    fs::write(directory.join("kind"), "basicConstraints=CA:TRUE\n").expect("a file");
    let sign = ["x509", "-req", "-in", "request", "-signkey", "key.pem", "-extfile", "kind"];
    openssl(&directory, &[&sign[..], &["-out", "cert.pem", "-days", "-1"]]);
    let path = |name: &str| directory.join(name);
    Certificates { ca: path("cert.pem"), cert: path("cert.pem"), key: path("key.pem") }
}

fn openssl(directory: &Path, arguments: &[&[&str]]) {
    run(Command::new("openssl").args(arguments.concat()).current_dir(directory));
}
