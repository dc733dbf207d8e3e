//! Averages that run on from day to day.

use crate::kernels::{Ewma, Redi};
use crate::parameters::Parameters;
use crate::windows::Quantity;

/// A value per day from the first one on that is asked for; NaN where too little of what it rests on is known.
pub(crate) struct Averages {
    pub(crate) acute: Vec<f64>,
    pub(crate) chronic: Vec<f64>,
    pub(crate) redi: Vec<f64>,
    pub(crate) redi_acute: Vec<f64>,
    pub(crate) redi_chronic: Vec<f64>,
    pub(crate) fitness: Vec<f64>,
    pub(crate) fatigue: Vec<f64>,
    pub(crate) form: Vec<f64>,
}

impl Averages {
    /// Of the days from `from` on; those before are run through without being kept.
    pub(crate) fn of(load: &Quantity<'_>, parameters: &Parameters, from: usize) -> Averages {
        let (before, days) = load.values.split_at(from.min(load.values.len()));
        let ewma = |days: usize| Ewma::new(parameters.ewma.weight(days as f64), None);
        let fitness = |days: usize| Ewma::new(parameters.fitness.weight(days as f64), Some(0.0));
        let mut averages = [
            ewma(parameters.acute_days),
            ewma(parameters.chronic_days),
            fitness(parameters.fitness_days),
            fitness(parameters.fatigue_days),
        ];
        let decays = [parameters.redi_decay, parameters.redi_acute_decay, parameters.redi_chronic_decay];
        let mut indices = decays.map(Redi::new);
        for value in before {
            averages.iter_mut().for_each(|average| _ = average.next(*value));
            indices.iter_mut().for_each(|index| _ = index.next(*value));
        }
        let [_, _, fit, fatigued] = averages.map(|average| average.last());
        let [acute, chronic, fitness, fatigue] = along(&mut averages, days, Ewma::next);
        let [redi, redi_acute, redi_chronic] = along(&mut indices, days, Redi::next);
        let forms = || fitness.iter().zip(&fatigue).map(|(fitness, fatigue)| fitness - fatigue);
        let form = if parameters.form_of_day_before {
            std::iter::once(fit - fatigued).chain(forms()).take(days.len()).collect()
        } else {
            forms().collect()
        };
        let mut averages = Averages { acute, chronic, redi, redi_acute, redi_chronic, fitness, fatigue, form };
        if load.has_gaps() {
            averages.leave_out(load, parameters, from);
        }
        averages
    }

    /// Leaves out what would go on and on while nothing is known: an average with more than a fifth of its days
    /// unknown, an index with less than a fifth of its weight known.
    fn leave_out(&mut self, load: &Quantity<'_>, parameters: &Parameters, from: usize) {
        let share = parameters.unknown_share;
        hide(&mut self.acute, &load.is_sparse(parameters.acute_days, share, from));
        hide(&mut self.chronic, &load.is_sparse(parameters.chronic_days, share, from));
        let [fitness_days, fatigue_days] = [parameters.fitness_days, parameters.fatigue_days];
        hide(&mut self.fitness, &load.is_sparse(fitness_days, share, from));
        hide(&mut self.fatigue, &load.is_sparse(fatigue_days, share, from));
        // Form looks at the averages of the day before, if at any day.
        let lag = usize::from(parameters.form_of_day_before);
        let first = from.saturating_sub(lag);
        let missing = self.form.len().min(lag - (from - first));
        for days in [fitness_days, fatigue_days] {
            hide(self.form.get_mut(missing..).unwrap_or_default(), &load.is_sparse(days, share, first));
        }
        let columns = [
            (&mut self.redi, parameters.redi_decay),
            (&mut self.redi_acute, parameters.redi_acute_decay),
            (&mut self.redi_chronic, parameters.redi_chronic_decay),
        ];
        for (column, decay) in columns {
            hide(column, &load.is_forgotten(decay, parameters.redi_known_share, from));
        }
    }
}

fn hide(values: &mut [f64], is_hidden: &[bool]) {
    for (value, is_hidden) in values.iter_mut().zip(is_hidden) {
        *value = if *is_hidden { f64::NAN } else { *value };
    }
}

/// Runs several averages along the same loads, side by side: each waits for its own day before only.
fn along<A, const N: usize>(averages: &mut [A; N], load: &[f64], next: impl Fn(&mut A, f64) -> f64) -> [Vec<f64>; N] {
    let mut columns = std::array::from_fn(|_| vec![0.0; load.len()]);
    let mut places = columns.each_mut().map(|column| column.iter_mut());
    for value in load {
        for (average, place) in averages.iter_mut().zip(&mut places) {
            if let Some(place) = place.next() {
                *place = next(average, *value);
            }
        }
    }
    columns
}
