//! How much will have to be written, before anything is.

use crate::beneath;
use crate::error::{Error, Side};
use crate::ground::Ground;
use crate::job::{Item, Job};
use crate::known::Known;
use crate::listen::Amount;
use crate::pieces::take_apart;
use crate::stamp::{Stamp, device};
use crate::witness::Witness;

/// What [`Job::transfer`] is going to do, if nothing changes until then.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// All files together. Room is needed for what is `written` and for nothing else.
    pub amount: Amount,
    /// For each item in order.
    pub items: Vec<Amount>,
    /// Files that can't be read; nothing of them is counted.
    pub unreadable: Vec<Error>,
}

impl Job<'_> {
    /// Takes all files apart without writing one. What files of the list share with each other is counted once. What is left of an
    /// interrupted transfer is not looked at. Errors: of looking at the target.
    ///
    /// # Errors
    /// If a file of the source can't be read.
    pub fn forecast(&self, known: &Known<'_>) -> Result<Forecast, Error> {
        let ground = Ground::of(known.trees().target);
        let ground = ground.map_err(|errno| Error::new(Side::Target, "".as_ref(), 0, errno))?;
        let mut known = known.clone();
        let mut forecast = Forecast::default();
        for item in self.items {
            let amount = self.foresee(item, &mut known, &ground);
            let amount = amount.map_err(|error| forecast.unreadable.push(error)).unwrap_or_default();
            forecast.amount += amount;
            forecast.items.push(amount);
        }
        Ok(forecast)
    }

    fn foresee(&self, item: &Item, known: &mut Known<'_>, ground: &Ground) -> Result<Amount, Error> {
        let path = item.path.as_path();
        let failed = |cause| Error::new(Side::Source, path, 0, cause);
        let (file, stat) = beneath::open_regular(known.trees().source, path).map_err(failed)?;
        let source_stamp = Stamp::from(&stat);
        let parts = take_apart(&file, source_stamp.size, known, ground).map_err(|errno| failed(errno.into()))?;
        // As if it were on the target already, where those that follow can share with it.
        let (directory, path) = (known.trees().source, item.path.clone());
        let promised = Witness { directory, path, source_stamp, target_stamp: source_stamp, device: device(&stat) };
        known.add(promised, &parts.shared);
        Ok(parts.amount())
    }
}
