//! What is worked out of a diary beside the days, once per analysis, for the rules that look at it.

use crate::baseline::Baselines;
use crate::sites::{Site, sites};
use crate::wear::{Worn, worn};
use crate::{DayGrid, Diary, Parameters};

/// Baselines, sites of pain and worn shoes of one athlete.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    pub(crate) baselines: Baselines,
    pub(crate) sites: Vec<Site>,
    pub(crate) worn: Vec<Worn>,
}

impl Body {
    pub(crate) fn of(grid: &DayGrid, diary: &Diary, parameters: &Parameters) -> Body {
        Body {
            baselines: Baselines::of(grid, diary, &parameters.body),
            sites: sites(grid, diary, &parameters.body),
            worn: worn(grid, diary),
        }
    }
}
