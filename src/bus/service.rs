//! The one object on the bus. Each call is checked, authorised, handed to the controller and answered; each property is
//! read from the snapshot. Holds no state, decides nothing, and never waits in a getter.

use tokio::sync::watch;
use tokio::time::Instant;
use zbus::message::Header;
use zbus::object_server::{ResponseDispatchNotifier, SignalEmitter};
use zbus::{BoxDBusError, interface};

use crate::controller::Call;
use crate::model::Status;
use crate::texts::harmless;

use super::argument;
use super::contract::Action;
use super::gate::Gate;
use super::past::{Answer, Past};
use super::view::{self, Facts, Row};

// The macro knows a method that can fail by this very name.
type Result<T> = std::result::Result<T, BoxDBusError>;

pub struct Service {
    pub gate: Gate,
    pub status: watch::Receiver<Status>,
    pub past: Past,
}

#[interface(name = "de.example.Backup", introspection_docs = false)]
impl Service {
    #[zbus(out_args("run"))]
    async fn start(&self, uuid: String, #[zbus(header)] header: Header<'_>) -> Result<ResponseDispatchNotifier<u64>> {
        self.gate.sane(argument::uuid(&uuid))?;
        let permit = self.gate.permit(&header, Action::Start).await?;
        self.begin(permit.deadline, uuid, false).await
    }

    #[zbus(out_args("run"))]
    async fn start_allowing_deletions(
        &self,
        uuid: String,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<ResponseDispatchNotifier<u64>> {
        self.gate.sane(argument::uuid(&uuid))?;
        let permit = self.gate.permit(&header, Action::StartAllowingDeletions).await?;
        self.begin(permit.deadline, uuid, true).await
    }

    async fn trust_disk(&self, uuid: String, #[zbus(header)] header: Header<'_>) -> Result<()> {
        self.gate.sane(argument::uuid(&uuid))?;
        let permit = self.gate.permit(&header, Action::TrustDisk).await?;
        self.gate.ask(permit.deadline, |reply| Call::TrustDisk { disk: uuid, reply }).await
    }

    async fn cancel(&self, #[zbus(header)] header: Header<'_>) -> Result<()> {
        let permit = self.gate.permit(&header, Action::Cancel).await?;
        self.gate.ask(permit.deadline, |reply| Call::Cancel { reply }).await
    }

    #[zbus(out_args("state"))]
    async fn veeam_lock(&self, job: String, #[zbus(header)] header: Header<'_>) -> Result<&'static str> {
        self.gate.sane(argument::job(&job))?;
        let permit = self.gate.permit(&header, Action::VeeamLock).await?;
        let caller = permit.caller;
        let held = self.gate.ask(permit.deadline, |reply| Call::VeeamLock { job, caller, reply }).await?;
        Ok(if held { "held" } else { "waiting" })
    }

    async fn veeam_unlock(&self, job: String, #[zbus(header)] header: Header<'_>) -> Result<()> {
        self.gate.sane(argument::job(&job))?;
        let permit = self.gate.permit(&header, Action::VeeamUnlock).await?;
        self.gate.ask(permit.deadline, |reply| Call::VeeamUnlock { job, reply }).await
    }

    async fn reload(&self, #[zbus(header)] header: Header<'_>) -> Result<()> {
        let permit = self.gate.permit(&header, Action::Reload).await?;
        self.gate.ask(permit.deadline, |reply| Call::Reload { reply }).await
    }

    #[zbus(out_args("disks"))]
    fn list_disks(&self) -> Vec<Row> {
        self.status.borrow().disks.iter().map(view::disk).collect()
    }

    #[zbus(out_args("disks"))]
    fn list_unformatted_disks(&self) -> Vec<Row> {
        self.status.borrow().unformatted.iter().map(view::unformatted).collect()
    }

    #[zbus(out_args("runs"))]
    async fn list_runs(&self, newest: u32, #[zbus(header)] header: Header<'_>) -> Result<Answer> {
        let rows = async {
            let user = self.gate.user(&header).await?;
            self.past.rows(user, newest, self.gate.texts()).await.map_err(|failed| self.gate.broken(&failed))
        };
        self.gate.in_time(rows).await
    }

    #[zbus(property)]
    fn status(&self) -> String {
        harmless(&self.status.borrow().sentence)
    }

    #[zbus(property)]
    fn state(&self) -> String {
        self.status.borrow().state.name().to_owned()
    }

    #[zbus(property)]
    fn disk(&self) -> String {
        harmless(&self.status.borrow().disk)
    }

    #[zbus(property)]
    fn run(&self) -> u64 {
        self.status.borrow().run
    }

    #[zbus(property)]
    fn started_at(&self) -> u64 {
        self.status.borrow().started_at
    }

    #[zbus(property)]
    fn progress(&self) -> f64 {
        self.status.borrow().ratio
    }

    #[zbus(property)]
    fn bytes_done(&self) -> u64 {
        self.status.borrow().progress.bytes_done
    }

    #[zbus(property)]
    fn bytes_total(&self) -> u64 {
        self.status.borrow().progress.bytes_total
    }

    #[zbus(property)]
    fn bytes_resumed(&self) -> u64 {
        self.status.borrow().bytes_resumed
    }

    #[zbus(property)]
    fn bytes_per_second(&self) -> u64 {
        self.status.borrow().progress.rate
    }

    #[zbus(property)]
    fn seconds_left(&self) -> u64 {
        self.status.borrow().progress.seconds_left
    }

    #[zbus(property)]
    fn current_file(&self) -> String {
        harmless(&self.status.borrow().progress.file)
    }

    #[zbus(property)]
    fn queue(&self) -> Vec<String> {
        view::all(&self.status.borrow().queue)
    }

    #[zbus(property)]
    fn warnings(&self) -> Vec<String> {
        view::sentences(&self.status.borrow().warnings)
    }

    #[zbus(property)]
    fn warning_facts(&self) -> Vec<Facts> {
        view::all_facts(&self.status.borrow().warnings)
    }

    #[zbus(property)]
    fn free_bytes(&self) -> u64 {
        self.status.borrow().free_bytes
    }

    #[zbus(property)]
    fn last_result(&self) -> String {
        view::last_result(&self.status.borrow()).to_owned()
    }

    #[zbus(property)]
    fn last_error(&self) -> (String, String) {
        view::last_error(&self.status.borrow())
    }

    #[zbus(property)]
    fn last_error_facts(&self) -> Facts {
        view::facts(&self.status.borrow().last_error.1)
    }

    #[zbus(property)]
    fn last_warnings(&self) -> Vec<String> {
        view::sentences(&self.status.borrow().last_warnings)
    }

    #[zbus(property)]
    fn last_warning_facts(&self) -> Vec<Facts> {
        view::all_facts(&self.status.borrow().last_warnings)
    }

    #[zbus(property)]
    fn last_disk(&self) -> String {
        view::last_disk(&self.status.borrow())
    }

    #[zbus(property)]
    fn last_finished_at(&self) -> u64 {
        view::last_finished_at(&self.status.borrow())
    }

    #[zbus(property)]
    fn safe_to_remove(&self) -> Vec<String> {
        view::all(&self.status.borrow().safe_to_remove)
    }

    #[zbus(property)]
    fn veeam_locks(&self) -> Vec<(String, String, u64)> {
        view::veeam_locks(&self.status.borrow())
    }

    #[zbus(property)]
    fn veeam_lock_count(&self) -> u32 {
        self.status.borrow().veeam_lock_count
    }

    #[zbus(property)]
    fn config_error(&self) -> String {
        harmless(&self.status.borrow().config_error.text)
    }

    #[zbus(property)]
    fn config_error_facts(&self) -> Facts {
        view::facts(&self.status.borrow().config_error)
    }

    #[zbus(property)]
    fn outbox_count(&self) -> u32 {
        self.status.borrow().outbox_count
    }

    #[zbus(property)]
    fn outbox_error(&self) -> String {
        harmless(&self.status.borrow().outbox_error.text)
    }

    #[zbus(property)]
    fn outbox_error_facts(&self) -> Facts {
        view::facts(&self.status.borrow().outbox_error)
    }

    #[zbus(property)]
    fn run_log(&self) -> Vec<(u64, String, String)> {
        view::run_log(&self.status.borrow())
    }

    #[zbus(property)]
    fn web_address(&self) -> String {
        harmless(&self.status.borrow().web_address)
    }

    #[zbus(property)]
    fn web_names(&self) -> Vec<String> {
        view::all(&self.status.borrow().web_names)
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    #[zbus(signal)]
    pub async fn run_started(emitter: &SignalEmitter<'_>, run: u64, disk: &str, trigger: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn run_finished(
        emitter: &SignalEmitter<'_>,
        run: u64,
        disk: &str,
        result: &str,
        error: &str,
        message: &str,
    ) -> zbus::Result<()>;
}

impl Service {
    async fn begin(&self, deadline: Instant, disk: String, allowed: bool) -> Result<ResponseDispatchNotifier<u64>> {
        let started = self.gate.ask(deadline, |reply| Call::Start { disk, allowed, reply }).await?;
        let (response, sent) = ResponseDispatchNotifier::new(started.run);
        tokio::spawn(async move {
            sent.await;
            // Nobody listens any more when the run has been told already.
            let _ = started.replied.send(());
        });
        Ok(response)
    }
}
