//! An unprivileged process that talks to one foreign server, for one conversation. systemd starts it when the service
//! connects to one of its sockets. Its work is in `asbackup_mail::smtp` and `asbackup::veeam::api`.
//!
//! usage: asbackup-net mail|veeam     with the connection as its standard input

use std::io;
use std::process::ExitCode;

use asbackup::veeam::api;
use asbackup_mail::smtp;
use asbackup_system::privsep::{MessageSocket, Service};
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let served = runtime.block_on(serve());
    // A thread may still wait for a name server whose answer nobody needs any more.
    runtime.shutdown_background();
    served.map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS)
}

async fn serve() -> io::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let service = Service::named(&name).ok_or_else(|| io::Error::other("usage: asbackup-net mail|veeam"))?;
    let socket = MessageSocket::on_standard_input()?;
    match service {
        Service::Mail => smtp::serve(socket).await,
        Service::Veeam => api::serve(socket).await,
    }
}

fn failed(error: &io::Error) -> ExitCode {
    eprintln!("asbackup-net: {error}");
    ExitCode::FAILURE
}
