//! Ten thousand athletes in one pass, against the same indicators by pandas and by Polars' lazy `over`, and one athlete
//! with fifteen years. Prints a table; all ratios are of one run.
//!
//! ```text
//! cargo bench -p plimsoll-analytics --bench squad                      # 1,000 athletes, for a quick look
//! PLIMSOLL_PYTHON=python3 cargo bench -p plimsoll-analytics --bench squad -- 10000
//! ```
//!
//! `PLIMSOLL_PYTHON` names a Python that has pandas and pyarrow; without it that column is left out.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails where it cannot go on")]

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use plimsoll_analytics::{
    Channel, DayGrid, DayMetric, Diary, Gaps, Parameters, Session, Squad, analyse, analyse_squad,
};
use polars::prelude::*;
use polars_io::prelude::ParquetWriter;

/// Three years.
const DAYS: usize = 1096;
/// Above this multiple of the longest run a run is a spike; 1.1 itself is not, as it comes out of a division.
const SPIKE: f64 = 1.1 + 1e-9;
/// Fifteen years.
const LONG_DAYS: u64 = 5479;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |text: &String| text.parse::<usize>().ok();
    let athletes = arguments.iter().skip(1).find_map(number).unwrap_or(1000);
    if arguments.iter().any(|argument| argument == "alone") {
        // A process of its own, whose memory is that of these passes alone.
        let runs = runs(athletes);
        let before = memory_mb();
        let time = (0..3).map(|_| timed(|| drop(ours(&runs))).1).min().unwrap();
        println!("{} {before} {}", time.as_secs_f64(), memory_mb());
        return;
    }

    println!("{athletes} athletes, {DAYS} days each: {} rows", athletes * DAYS);
    let mut runs = runs(athletes);
    // Best of three, in turns, so that whatever else the machine does meets all of them.
    let (mut own, mut lazy, mut without_year) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for turn in 0..3 {
        let (squad, time) = timed(|| ours(&runs));
        own = own.min(time);
        let (frame, time) = timed(|| by_lazy_polars(&runs, true));
        lazy = lazy.min(time);
        without_year = without_year.min(timed(|| drop(by_lazy_polars(&runs, false))).1);
        if turn == 0 {
            compare(&squad.days, &frame);
            println!("{} measures, {} flags", DayMetric::COUNT, squad.flags.height());
        }
    }
    let row = |name: &str, time: Duration| {
        println!("{name:48} {:7.2} s   {:5.1} times as long", time.as_secs_f64(), ratio(time, own));
    };
    row("plimsoll-analytics", own);
    row("Polars, lazy `over`", lazy);
    row("the same without strain's comparison", without_year);
    if let Some(python) = std::env::var_os("PLIMSOLL_PYTHON") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.parquet");
        ParquetWriter::new(File::create(&path).unwrap()).finish(&mut runs).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/indicators.py");
        let output = Command::new(python).arg(script).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let mut seconds = text.split_whitespace().map(|seconds| Duration::from_secs_f64(seconds.parse().unwrap()));
        row("pandas", seconds.next().unwrap());
        row("the same without strain's comparison", seconds.next().unwrap());
    }
    for athletes in [athletes / 4, athletes / 2, athletes] {
        let (seconds, before, after) = alone(athletes);
        println!(
            "{athletes:6} athletes alone in a process: {seconds:.2} s, {:.0} ns per row; {after} MB at most, of which {before} MB for the runs",
            seconds * 1e9 / (athletes * DAYS) as f64
        );
    }
    one_athlete();
}

/// Days that somebody may have run: about four runs a week, slowly changing, with a break of three weeks now and then.
fn runs(athletes: usize) -> DataFrame {
    let rows = athletes * DAYS;
    let (mut names, mut dates) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let (mut distances, mut loads) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut random = Random(7);
    for athlete in 0..athletes {
        let usual = 4.0 + 10.0 * random.next();
        for (day, date) in (0..DAYS).zip(18_262_i32..) {
            names.push(athlete as i64);
            dates.push(date);
            let season = 1.0 + 0.3 * (day as f64 / 60.0).sin();
            let is_break = (day + 37 * athlete) % 450 < 21;
            let km = if random.next() < 0.43 || is_break { 0.0 } else { usual * season * (0.5 + 1.2 * random.next()) };
            distances.push((km * 100.0).round() / 100.0);
            loads.push((km * (5.0 + 3.0 * random.next())).round());
        }
    }
    let dates = Column::new("date".into(), dates).cast(&DataType::Date).unwrap();
    let columns = vec![
        Column::new("athlete".into(), names),
        dates,
        Column::new("distance_km".into(), distances),
        Column::new("load".into(), loads),
    ];
    DataFrame::new(rows, columns).unwrap()
}

/// A small generator: the same days in every run.
struct Random(u64);

impl Random {
    /// From 0 up to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn ours(runs: &DataFrame) -> Squad {
    analyse_squad(runs, None, Gaps::Rest, &Parameters::default()).unwrap()
}

/// The same indicators and flags, as columns.
/// `with_year`: with strain's comparison with the own year, by far the dearest of them in this form.
fn by_lazy_polars(runs: &DataFrame, with_year: bool) -> DataFrame {
    let own = |expr: Expr| expr.over([col("athlete")]).unwrap();
    let rolling =
        |days: usize| RollingOptionsFixedWindow { window_size: days, min_periods: days, ..Default::default() };
    let any = |days: usize| RollingOptionsFixedWindow { min_periods: 1, ..rolling(days) };
    let ewm = |alpha: f64, adjust: bool| EWMOptions {
        alpha,
        adjust,
        min_periods: 1,
        ignore_nulls: false,
        ..Default::default()
    };
    let mean = |days| own(col("load").rolling_mean(rolling(days)));
    let (load, km) = (|| col("load"), || col("distance_km"));
    let run_km = || when(km().gt(lit(0.0))).then(km()).otherwise(lit(NULL));
    let fitness = |days: f64| own(load().ewm_mean(ewm(1.0 - (-1.0 / days).exp(), false)));
    let redi = |decay: f64| own(load().ewm_mean(ewm(1.0 - (-decay).exp(), true)));
    let last = |expr: Expr| expr.fill_null_with_strategy(FillNullStrategy::Forward(None));
    let day = || col("date").cast(DataType::Int32);
    let level = |of: &str, marks: &[f64]| {
        let above = |mark: &f64| col(of).gt(lit(*mark)).cast(DataType::Int8);
        marks.iter().map(above).reduce(|sum, above| sum + above).unwrap()
    };
    // A ratio is left out while a runner comes back, and where there is nothing to divide by.
    let ratio = |above: Expr, below: Expr| {
        when(col("returning").not().and(below.clone().gt(lit(0.0)))).then(above / below).otherwise(lit(NULL))
    };
    // A spike, or the first run in 30 days of record, lifts the careful line 14 days later.
    let waits = || {
        let first = col("longest_30d_km").is_null().and(col("day").gt_eq(lit(30)));
        col("spike").gt(lit(SPIKE)).fill_null(lit(false)).or(first)
    };
    let year = own(col("strain")
        .rolling_quantile(QuantileMethod::Linear, 0.9, RollingOptionsFixedWindow { min_periods: 56, ..rolling(365) })
        .shift(lit(1)));
    runs.clone()
        .lazy()
        .with_columns([
            mean(7).alias("acute"),
            mean(28).alias("chronic"),
            own(load().rolling_mean(rolling(21)).shift(lit(7))).alias("chronic_before"),
            own(load().ewm_mean(ewm(2.0 / 8.0, false))).alias("acute_ewma"),
            own(load().ewm_mean(ewm(2.0 / 29.0, false))).alias("chronic_ewma"),
            redi(0.1).alias("redi"),
            redi(1.0 / 7.0).alias("redi_acute"),
            redi(1.0 / 28.0).alias("redi_chronic"),
            own(load().rolling_std(RollingOptionsFixedWindow {
                fn_params: Some(RollingFnParams::Var(RollingVarParams { ddof: 0 })),
                ..rolling(7)
            }))
            .alias("spread"),
            fitness(42.0).alias("fitness"),
            fitness(7.0).alias("fatigue"),
            own(run_km().rolling_max(any(30)).shift(lit(1))).alias("longest_30d_km"),
            own(km().rolling_sum(rolling(7))).alias("week_km"),
            own(km().rolling_sum(rolling(21)).shift(lit(7))).alias("three_weeks"),
            own(km().gt(lit(0.0)).cast(DataType::Int32).cum_sum(false)).alias("run"),
            (day() - own(day().first())).alias("day"),
        ])
        .with_columns([
            (col("day") - own(last(when(km().gt(lit(0.0))).then(col("day")).otherwise(lit(NULL))))).alias("rest_days"),
            (km() / col("longest_30d_km")).alias("spike"),
            (col("acute") / col("spread")).clip_max(lit(10.0)).alias("monotony"),
            own((col("fitness") - col("fatigue")).shift(lit(1))).alias("form"),
            own(col("week_km").shift(lit(7))).alias("week_before"),
        ])
        .with_columns([
            when(km().gt(lit(0.0)).and(own(col("rest_days").shift(lit(1))).gt_eq(lit(14))).and(col("run").gt(lit(1))))
                .then(col("day"))
                .otherwise(lit(NULL))
                .alias("back"),
            when(waits()).then(lit(NULL)).otherwise(run_km()).alias("ordinary"),
            when(waits()).then(run_km()).otherwise(lit(NULL)).alias("waiting"),
            (col("acute") * lit(7.0) * col("monotony")).alias("strain"),
        ])
        .with_columns([
            (col("run").gt(lit(0)).and(col("rest_days").gt_eq(lit(14))))
                .or((col("day") - own(last(col("back")))).lt(lit(28)).fill_null(lit(false)))
                .alias("returning"),
            polars::lazy::dsl::max_horizontal([
                own(col("ordinary").rolling_max(any(30)).shift(lit(1))),
                own(col("waiting").rolling_max(any(17)).shift(lit(14))),
            ])
            .unwrap()
            .alias("longest_careful"),
            if with_year { year } else { lit(f64::NAN) }.alias("strain_high"),
        ])
        .with_columns([
            when(col("returning"))
                .then(lit("returning"))
                .when(col("day").lt(lit(30)))
                .then(lit("provisional"))
                .otherwise(lit("steady"))
                .alias("state"),
            (col("longest_30d_km") * lit(1.1)).alias("line_km"),
            (col("longest_careful") * lit(1.1)).alias("line_careful_km"),
            ratio(col("acute"), col("chronic")).alias("ratio_coupled"),
            ratio(col("acute"), col("chronic_before")).alias("ratio_uncoupled"),
            ratio(col("acute_ewma"), col("chronic_ewma")).alias("ratio_ewma"),
            ratio(col("redi_acute"), col("redi_chronic")).alias("ratio_redi"),
            (ratio(col("week_km"), col("week_before")) * lit(100.0) - lit(100.0)).alias("ramp_pct"),
            (ratio(col("week_km"), col("three_weeks")) * lit(300.0) - lit(100.0)).alias("ramp_3w_pct"),
        ])
        .with_columns([
            level("spike", &[SPIKE, 1.3, 2.0]).alias("session_spike"),
            (col("ratio_coupled").gt(lit(1.3)).or(col("ratio_coupled").lt(lit(0.8)))).alias("load_ratio"),
            level("monotony", &[1.5, 2.0]).alias("monotony_flag"),
            col("strain").gt(col("strain_high")).alias("strain_flag"),
            col("ramp_pct").gt(lit(30.0)).and(col("ramp_3w_pct").gt(lit(30.0))).alias("weekly_ramp"),
        ])
        .collect()
        .unwrap()
}

/// That two ways give the same numbers, where both have one.
fn compare(ours: &DataFrame, theirs: &DataFrame) {
    // Polars' and pandas' averages begin with the first value; these begin with 0.
    let begins_otherwise = [DayMetric::Fitness, DayMetric::Fatigue, DayMetric::Form];
    for metric in DayMetric::ALL.into_iter().filter(|metric| !begins_otherwise.contains(metric)) {
        let name = metric.info().symbol;
        let Ok(other) = theirs.column(name) else { continue };
        let own = ours.column(name).unwrap().as_materialized_series().rechunk();
        let other = other.as_materialized_series().rechunk();
        let (mut both, mut off) = (0_usize, 0_usize);
        for (own, other) in own.f64().unwrap().iter().zip(other.f64().unwrap().iter()) {
            if let (Some(own), Some(other)) = (own, other) {
                both += 1;
                off += usize::from((own - other).abs() > 1e-6 * own.abs().max(1.0));
            }
        }
        assert!(both * 10 > ours.height() * 8, "{name}: only {both} of {} days in both", ours.height());
        assert!(off * 1000 <= both, "{name}: {off} of {both} days are not the same");
    }
}

fn one_athlete() {
    let first = NaiveDate::from_ymd_opt(2010, 1, 1).unwrap();
    let mut random = Random(11);
    let run = |(day, date): (u64, NaiveDate)| {
        let km = 4.0 + 12.0 * random.next();
        let run = Session::run(day.to_string(), date, 0).with(Channel::Distance, km).with(Channel::Load, km * 6.0);
        (day % 7 != 1 && day % 7 != 4).then_some(run)
    };
    let sessions: Vec<Session> = (0..LONG_DAYS).zip(first.iter_days()).filter_map(run).collect();
    let grid = |sessions: &[Session]| DayGrid::new(sessions, &[], None, Gaps::Rest).unwrap();
    let whole = grid(&sessions);
    let (diary, parameters) = (Diary::default(), Parameters::default());
    let best = |work: &mut dyn FnMut()| (0..20).map(|_| timed(&mut *work).1).min().unwrap();
    let all = best(&mut || drop(std::hint::black_box(analyse(&whole, &diary, &parameters))));
    let before = grid(&sessions[..sessions.len() - 1]);
    let analysis = analyse(&before, &diary, &parameters);
    let last = whole.last().unwrap();
    let added = (0..20)
        .map(|_| {
            let mut analysis = analysis.clone();
            timed(|| analysis.update(&whole, &diary, &parameters, last)).1
        })
        .min()
        .unwrap();
    let flags = analysis.flags.len();
    println!(
        "one athlete, {LONG_DAYS} days, {flags} flags in words: {:.2} ms; one run added: {:.3} ms",
        all.as_secs_f64() * 1e3,
        added.as_secs_f64() * 1e3
    );
}

/// Seconds (best of three), MB before and MB at most of a process that does nothing else.
fn alone(athletes: usize) -> (f64, u64, u64) {
    let output =
        Command::new(std::env::current_exe().unwrap()).args(["alone", &athletes.to_string()]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut words = text.split_whitespace();
    (
        words.next().unwrap().parse().unwrap(),
        words.next().unwrap().parse().unwrap(),
        words.next().unwrap().parse().unwrap(),
    )
}

fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1000
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = std::hint::black_box(work());
    (result, start.elapsed())
}

fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64()
}
