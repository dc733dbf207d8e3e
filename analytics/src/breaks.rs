//! Breaks: when a runner is away, and for how long after the first run back.

use crate::Parameters;
use crate::days::DayKind;

/// Where a day stands in a break or a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// Neither.
    None,
    /// Away: this many days known to be without a run, this one included unless it is unknown.
    Away { days: u32, last_run: u32 },
    /// Back: the `day`-th day (from 1) since the first run after a break of `away` days.
    Back { day: u32, away: u32, first_run: u32 },
}

/// One entry per day. A break is a stretch of days *known* to be without a run. Unknown days in it are passed over and
/// not counted; when they are more than a fifth of it there may well have been runs, and the count begins anew. Before
/// the first run there is no break: starting out is not a return.
pub(crate) fn breaks(kinds: &[DayKind], parameters: &Parameters) -> Vec<Break> {
    let mut last_run = None;
    let (mut rest_days, mut unknown_days) = (0_u32, 0_u32);
    let mut back: Option<(u32, u32)> = None;
    let place = |kind: (u32, &DayKind)| {
        let (index, kind) = kind;
        match kind {
            DayKind::Run => {
                if last_run.is_some() && rest_days >= parameters.break_days {
                    back = Some((index, rest_days));
                }
                last_run = Some(index);
                (rest_days, unknown_days) = (0, 0);
            }
            DayKind::Rest => rest_days += 1,
            DayKind::Unknown => {
                unknown_days += 1;
                // The first days of a stretch are weighed as if it were a whole break already.
                let stretch = (rest_days + unknown_days).max(parameters.break_days);
                if f64::from(unknown_days) > parameters.unknown_share * f64::from(stretch) {
                    (rest_days, unknown_days) = (0, 0);
                }
            }
        }
        match (last_run, back) {
            (Some(last_run), _) if *kind != DayKind::Run && rest_days >= parameters.break_days => {
                Break::Away { days: rest_days, last_run }
            }
            (_, Some((first_run, away))) if index - first_run < parameters.return_days => {
                Break::Back { day: index - first_run + 1, away, first_run }
            }
            _ => Break::None,
        }
    };
    (0..).zip(kinds).map(place).collect()
}
