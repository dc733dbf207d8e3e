//! Breaks: when a runner is away, and for how long after the first run back.

use crate::days::DayKind;
use crate::{DayGrid, Parameters};

/// Where a day stands in a break or a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// Neither.
    None,
    /// Away: this many days without a run, this one included.
    Away { days: usize, last_run: usize },
    /// Back: the `day`-th day (from 1) since the first run after a break of `away` days.
    Back { day: usize, away: usize, first_run: usize },
}

/// One entry per day. A break is a stretch of days *known* to be without a run; an unknown day ends the count, since
/// there may have been a run. Before the first run there is no break: starting out is not a return.
pub(crate) fn breaks(grid: &DayGrid, parameters: &Parameters) -> Vec<Break> {
    let mut last_run = None;
    let mut rest_days = 0;
    let mut back: Option<(usize, usize)> = None;
    let mut result = Vec::with_capacity(grid.len());
    for (index, kind) in grid.kinds().iter().enumerate() {
        match kind {
            DayKind::Run => {
                if last_run.is_some() && rest_days >= parameters.break_days {
                    back = Some((index, rest_days));
                }
                last_run = Some(index);
                rest_days = 0;
            }
            DayKind::Rest => rest_days += 1,
            DayKind::Unknown => rest_days = 0,
        }
        result.push(match (last_run, back) {
            (Some(last_run), _) if *kind != DayKind::Run && rest_days >= parameters.break_days => {
                Break::Away { days: rest_days, last_run }
            }
            (_, Some((first_run, away))) if index - first_run < parameters.return_days => {
                Break::Back { day: index - first_run + 1, away, first_run }
            }
            _ => Break::None,
        });
    }
    result
}
