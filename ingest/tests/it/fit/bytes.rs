//! FIT files put together byte by byte, for what no watch would write.

use plimsoll_ingest::{NoticeCode, ReadOptions, WatchFile, fit};

/// Kinds of messages.
pub(crate) const FILE_ID: u16 = 0;
pub(crate) const SPORT: u16 = 12;
pub(crate) const SESSION: u16 = 18;
pub(crate) const LAP: u16 = 19;
pub(crate) const RECORD: u16 = 20;
pub(crate) const EVENT: u16 = 21;
pub(crate) const ACTIVITY: u16 = 34;
pub(crate) const HRV: u16 = 78;
pub(crate) const LENGTH: u16 = 101;
pub(crate) const MONITORING_INFO: u16 = 103;
pub(crate) const HR: u16 = 132;
pub(crate) const FIELD_DESCRIPTION: u16 = 206;

/// Base types.
pub(crate) const ENUM: u8 = 0x00;
pub(crate) const U8: u8 = 0x02;
pub(crate) const TEXT: u8 = 0x07;
pub(crate) const BYTE: u8 = 0x0D;
pub(crate) const U16: u8 = 0x84;
pub(crate) const U32: u8 = 0x86;
pub(crate) const F32: u8 = 0x88;

/// A plausible time, FIT seconds: 2023-03-08.
pub(crate) const T0: u32 = 1_047_200_000;

/// Messages of a file, as they are added.
#[derive(Debug, Clone, Default)]
pub(crate) struct Messages(pub(crate) Vec<u8>);

impl Messages {
    /// The messages of an activity before its first record.
    pub(crate) fn activity() -> Self {
        Self::default().define(0, FILE_ID, &[(0, 1, ENUM)]).data(0, &[4])
    }

    pub(crate) fn define(self, local: u8, kind: u16, fields: &[(u8, u8, u8)]) -> Self {
        self.define_all(local, kind, false, fields, &[])
    }

    /// Defines with byte order and developer fields (number, size, developer).
    pub(crate) fn define_all(
        mut self,
        local: u8,
        kind: u16,
        big_endian: bool,
        fields: &[(u8, u8, u8)],
        developer: &[(u8, u8, u8)],
    ) -> Self {
        let dev_flag = if developer.is_empty() { 0 } else { 0x20 };
        self.0.extend([0x40 | dev_flag | local, 0, u8::from(big_endian)]);
        self.0.extend(if big_endian { kind.to_be_bytes() } else { kind.to_le_bytes() });
        self.0.push(fields.len() as u8);
        self.0.extend(fields.iter().flat_map(|(number, size, base)| [*number, *size, *base]));
        if !developer.is_empty() {
            self.0.push(developer.len() as u8);
            self.0.extend(developer.iter().flat_map(|(number, size, index)| [*number, *size, *index]));
        }
        self
    }

    pub(crate) fn data(mut self, header: u8, data: &[u8]) -> Self {
        self.0.push(header);
        self.0.extend(data);
        self
    }

    /// A data message of little-endian parts.
    pub(crate) fn parts(self, header: u8, parts: &[&[u8]]) -> Self {
        let data = parts.concat();
        self.data(header, &data)
    }

    /// The file around the messages.
    pub(crate) fn file(&self) -> Vec<u8> {
        self.file_declaring(self.0.len() as u32)
    }

    /// The file around the messages, with a size of one's choice in the header.
    pub(crate) fn file_declaring(&self, size: u32) -> Vec<u8> {
        let mut file = vec![14, 0x10, 0, 0];
        file.extend(size.to_le_bytes());
        file.extend(b".FIT");
        file.extend(crc(&file).to_le_bytes());
        file.extend(&self.0);
        file.extend(crc(&file).to_le_bytes());
        file
    }

    /// The file, read.
    pub(crate) fn read(&self) -> WatchFile {
        read(&self.file())
    }
}

/// The checksum as the FIT protocol document gives it, nibble by nibble.
pub(crate) fn crc(bytes: &[u8]) -> u16 {
    const TABLE: [u16; 16] = [
        0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401, 0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01,
        0x8801, 0x4400,
    ];
    bytes.iter().fold(0, |crc, byte| {
        [byte & 0xF, byte >> 4]
            .iter()
            .fold(crc, |crc, nibble| (crc >> 4) ^ TABLE[usize::from(crc & 0xF)] ^ TABLE[usize::from(*nibble)])
    })
}

pub(crate) fn read(bytes: &[u8]) -> WatchFile {
    fit::read(bytes, &ReadOptions::default()).unwrap()
}

pub(crate) fn codes(file: &WatchFile) -> Vec<NoticeCode> {
    file.notices.iter().map(|notice| notice.code).collect()
}

/// A column of the first activity as floats.
pub(crate) fn column(file: &WatchFile, name: &str) -> Vec<Option<f64>> {
    column_of(file, 0, name)
}

/// A column of an activity as floats.
pub(crate) fn column_of(file: &WatchFile, activity: usize, name: &str) -> Vec<Option<f64>> {
    use polars::prelude::DataType;
    let column = file.activities[activity].records.column(name).unwrap_or_else(|_| panic!("no column {name}"));
    column.to_physical_repr().cast(&DataType::Float64).unwrap().f64().unwrap().iter().collect()
}

/// Names of the columns of the first activity.
pub(crate) fn columns(file: &WatchFile) -> Vec<String> {
    file.activities[0].records.get_column_names().iter().map(ToString::to_string).collect()
}
