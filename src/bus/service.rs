//! The one object on the bus. Each call is checked, authorised, passed to the controller and answered; each property is
//! read from the newest status. Holds no state, decides nothing, and never waits in a getter.

use tokio::sync::watch;
use zbus::message::Header;
use zbus::object_server::{ResponseDispatchNotifier, SignalEmitter};
use zbus::{BoxDBusError, interface};

use crate::controller::Call;
use asbackup_api::wire::{Entries, Wire};
use asbackup_api::{Disk, Facts, Status, UnformattedDisk};

use super::argument;
use super::dispatch::Dispatch;
use super::run_list::{Answer, RunList};
use asbackup_api::bus::Action;

// The macro recognises a fallible method by this very name.
type Result<T> = std::result::Result<T, BoxDBusError>;

pub struct Service {
    pub dispatch: Dispatch,
    pub status: watch::Receiver<Status>,
    pub runs: RunList,
}

#[interface(name = "de.example.Backup", introspection_docs = false)]
impl Service {
    #[zbus(out_args("run"))]
    async fn start(&self, uuid: String, #[zbus(header)] header: Header<'_>) -> Result<ResponseDispatchNotifier<u64>> {
        self.dispatch.check(argument::uuid(&uuid))?;
        let permit = self.dispatch.permit(&header, Action::Start).await?;
        self.dispatch.start(permit.deadline, uuid, false).await
    }

    #[zbus(out_args("run"))]
    async fn start_allowing_deletions(
        &self,
        uuid: String,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<ResponseDispatchNotifier<u64>> {
        self.dispatch.check(argument::uuid(&uuid))?;
        let permit = self.dispatch.permit(&header, Action::StartAllowingDeletions).await?;
        self.dispatch.start(permit.deadline, uuid, true).await
    }

    async fn trust_disk(&self, uuid: String, #[zbus(header)] header: Header<'_>) -> Result<()> {
        self.dispatch.check(argument::uuid(&uuid))?;
        let permit = self.dispatch.permit(&header, Action::TrustDisk).await?;
        self.dispatch.request(permit.deadline, |reply| Call::TrustDisk { disk: uuid, reply }).await
    }

    async fn cancel(&self, #[zbus(header)] header: Header<'_>) -> Result<()> {
        let permit = self.dispatch.permit(&header, Action::Cancel).await?;
        self.dispatch.request(permit.deadline, |reply| Call::Cancel { reply }).await
    }

    #[zbus(out_args("state"))]
    async fn veeam_lock(&self, job: String, #[zbus(header)] header: Header<'_>) -> Result<&'static str> {
        self.dispatch.check(argument::job(&job))?;
        let permit = self.dispatch.permit(&header, Action::VeeamLock).await?;
        let caller = permit.caller;
        let held = self.dispatch.request(permit.deadline, |reply| Call::VeeamLock { job, caller, reply }).await?;
        Ok(if held { "held" } else { "waiting" })
    }

    async fn veeam_unlock(&self, job: String, #[zbus(header)] header: Header<'_>) -> Result<()> {
        self.dispatch.check(argument::job(&job))?;
        let permit = self.dispatch.permit(&header, Action::VeeamUnlock).await?;
        self.dispatch.request(permit.deadline, |reply| Call::VeeamUnlock { job, reply }).await
    }

    async fn reload(&self, #[zbus(header)] header: Header<'_>) -> Result<()> {
        let permit = self.dispatch.permit(&header, Action::Reload).await?;
        self.dispatch.request(permit.deadline, |reply| Call::Reload { reply }).await
    }

    #[zbus(out_args("disks"))]
    fn list_disks(&self) -> Vec<Entries> {
        self.status.borrow().disks.iter().map(Disk::entries).collect()
    }

    #[zbus(out_args("disks"))]
    fn list_unformatted_disks(&self) -> Vec<Entries> {
        self.status.borrow().unformatted.iter().map(UnformattedDisk::entries).collect()
    }

    #[zbus(out_args("runs"))]
    async fn list_runs(&self, newest: u32, #[zbus(header)] header: Header<'_>) -> Result<Answer> {
        let rows = async {
            let user = self.dispatch.user(&header).await?;
            self.runs.rows(user, newest, self.dispatch.texts()).await.map_err(|failed| self.dispatch.broken(&failed))
        };
        self.dispatch.in_time(rows).await
    }

    #[zbus(property)]
    fn status(&self) -> String {
        self.read(|status| &status.status)
    }

    #[zbus(property)]
    fn state(&self) -> String {
        self.read(|status| &status.state)
    }

    #[zbus(property)]
    fn disk(&self) -> String {
        self.read(|status| &status.disk)
    }

    #[zbus(property)]
    fn run(&self) -> u64 {
        self.read(|status| &status.run)
    }

    #[zbus(property)]
    fn started_at(&self) -> u64 {
        self.read(|status| &status.started_at)
    }

    #[zbus(property)]
    fn progress(&self) -> f64 {
        self.read(|status| &status.progress)
    }

    #[zbus(property)]
    fn bytes_done(&self) -> u64 {
        self.read(|status| &status.bytes_done)
    }

    #[zbus(property)]
    fn bytes_total(&self) -> u64 {
        self.read(|status| &status.bytes_total)
    }

    #[zbus(property)]
    fn bytes_resumed(&self) -> u64 {
        self.read(|status| &status.bytes_resumed)
    }

    #[zbus(property)]
    fn source_as_of(&self) -> u64 {
        self.read(|status| &status.source_as_of)
    }

    #[zbus(property)]
    fn bytes_per_second(&self) -> u64 {
        self.read(|status| &status.bytes_per_second)
    }

    #[zbus(property)]
    fn seconds_left(&self) -> u64 {
        self.read(|status| &status.seconds_left)
    }

    #[zbus(property)]
    fn current_file(&self) -> String {
        self.read(|status| &status.current_file)
    }

    #[zbus(property)]
    fn queue(&self) -> Vec<String> {
        self.read(|status| &status.queue)
    }

    #[zbus(property)]
    fn warnings(&self) -> Vec<String> {
        self.read(|status| &status.warnings)
    }

    #[zbus(property)]
    fn warning_facts(&self) -> Vec<OnWire<Facts>> {
        self.read(|status| &status.warning_facts)
    }

    #[zbus(property)]
    fn free_bytes(&self) -> u64 {
        self.read(|status| &status.free_bytes)
    }

    #[zbus(property)]
    fn last_result(&self) -> String {
        self.read(|status| &status.last_result)
    }

    #[zbus(property)]
    fn last_error(&self) -> (String, String) {
        self.read(|status| &status.last_error)
    }

    #[zbus(property)]
    fn last_error_facts(&self) -> OnWire<Facts> {
        self.read(|status| &status.last_error_facts)
    }

    #[zbus(property)]
    fn last_warnings(&self) -> Vec<String> {
        self.read(|status| &status.last_warnings)
    }

    #[zbus(property)]
    fn last_warning_facts(&self) -> Vec<OnWire<Facts>> {
        self.read(|status| &status.last_warning_facts)
    }

    #[zbus(property)]
    fn last_disk(&self) -> String {
        self.read(|status| &status.last_disk)
    }

    #[zbus(property)]
    fn last_finished_at(&self) -> u64 {
        self.read(|status| &status.last_finished_at)
    }

    #[zbus(property)]
    fn safe_to_remove(&self) -> Vec<String> {
        self.read(|status| &status.safe_to_remove)
    }

    #[zbus(property)]
    fn veeam_locks(&self) -> Vec<(String, String, u64)> {
        self.read(|status| &status.veeam_locks)
    }

    #[zbus(property)]
    fn veeam_lock_count(&self) -> u32 {
        self.read(|status| &status.veeam_lock_count)
    }

    #[zbus(property)]
    fn config_error(&self) -> String {
        self.read(|status| &status.config_error)
    }

    #[zbus(property)]
    fn config_error_facts(&self) -> OnWire<Facts> {
        self.read(|status| &status.config_error_facts)
    }

    #[zbus(property)]
    fn snapshot_error(&self) -> String {
        self.read(|status| &status.snapshot_error)
    }

    #[zbus(property)]
    fn outbox_count(&self) -> u32 {
        self.read(|status| &status.outbox_count)
    }

    #[zbus(property)]
    fn outbox_error(&self) -> String {
        self.read(|status| &status.outbox_error)
    }

    #[zbus(property)]
    fn outbox_error_facts(&self) -> OnWire<Facts> {
        self.read(|status| &status.outbox_error_facts)
    }

    #[zbus(property)]
    fn run_log(&self) -> Vec<(u64, String, String)> {
        self.read(|status| &status.run_log)
    }

    #[zbus(property)]
    fn web_address(&self) -> String {
        self.read(|status| &status.web_address)
    }

    #[zbus(property)]
    fn web_names(&self) -> Vec<String> {
        self.read(|status| &status.web_names)
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> String {
        self.read(|status| &status.version)
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

/// A value as the bus carries it.
type OnWire<T> = <T as Wire>::Form;

impl Service {
    /// A property of the newest status.
    fn read<T: Wire>(&self, property: impl Fn(&Status) -> &T) -> T::Form {
        property(&self.status.borrow()).wire()
    }
}
