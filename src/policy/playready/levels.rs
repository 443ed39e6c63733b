//! The numbers and names that a licence may hold, as types that hold nothing else.

use crate::error::{Error, ErrorCode, Result};

macro_rules! levels {
    ($(#[$doc:meta])+ $name:ident, $message:literal, $($(#[$level_doc:meta])+ $variant:ident = $level:literal,)+) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$level_doc])+ $variant,)+ }

        impl $name {
            /// Every level there is, in ascending order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The number in the XML.
            #[must_use]
            pub const fn level(self) -> i32 {
                match self { $(Self::$variant => $level,)+ }
            }

            /// Finds a level by its number.
            ///
            /// # Errors
            /// `playready.bad_opl`.
            pub fn from_level(level: i32) -> Result<Self> {
                Self::ALL.iter().copied().find(|known| known.level() == level).ok_or_else(|| {
                    Error::new(ErrorCode::PlayReadyBadOpl, $message)
                })
            }
        }
    };
}

levels! {
    /// Output protection level of analog video.
    AnalogVideoOpl, "the value can only be left out, or be 100, 150 or 200",
    /// 100
    Level100 = 100,
    /// 150
    Level150 = 150,
    /// 200
    Level200 = 200,
}

levels! {
    /// Output protection level of digital audio, compressed or not.
    DigitalAudioOpl, "the value can only be left out, or be 100, 150, 200, 250 or 300",
    /// 100
    Level100 = 100,
    /// 150
    Level150 = 150,
    /// 200
    Level200 = 200,
    /// 250
    Level250 = 250,
    /// 300
    Level300 = 300,
}

levels! {
    /// Output protection level of compressed digital video.
    CompressedDigitalVideoOpl, "the value can only be left out, or be 400 or 500",
    /// 400
    Level400 = 400,
    /// 500
    Level500 = 500,
}

levels! {
    /// Output protection level of uncompressed digital video.
    UncompressedDigitalVideoOpl, "the value can only be left out, or be 100, 250, 270 or 300",
    /// 100
    Level100 = 100,
    /// 250
    Level250 = 250,
    /// 270
    Level270 = 270,
    /// 300
    Level300 = 300,
}

/// The control bits of an output restriction: 0 to 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TwoBits(u8);

impl TwoBits {
    /// The value that restricts most, under every restriction that has these bits.
    pub const STRICTEST: Self = Self(3);

    /// Takes 0, 1, 2 or 3.
    ///
    /// # Errors
    /// `playready.bad_two_bit`.
    pub fn new(value: i32) -> Result<Self> {
        match u8::try_from(value) {
            Ok(value @ 0..=3) => Ok(Self(value)),
            _ => Err(Error::new(ErrorCode::PlayReadyBadTwoBit, "the configuration data must be 0, 1, 2 or 3")),
        }
    }

    /// The number in the XML.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }
}

macro_rules! names {
    ($(#[$doc:meta])+ $name:ident, $($(#[$variant_doc:meta])+ $variant:ident,)+) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])+ $variant,)+ }

        impl $name {
            /// Every value there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in the XML.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)+ }
            }

            /// Finds a value by its name, letter case included.
            ///
            /// # Errors
            /// `playready.unknown_name`.
            pub fn from_name(name: &str) -> Result<Self> {
                Self::ALL.iter().copied().find(|known| known.name() == name).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|known| known.name()).collect();
                    Error::new(
                        ErrorCode::PlayReadyUnknownName,
                        format!("this name is not known: expected {}, in this spelling", known.join(" or ")),
                    )
                })
            }
        }
    };
}

names! {
    /// Whether a player may store the licence.
    LicenseType,
    /// In memory only, while it plays.
    Nonpersistent,
    /// Stored: needed to play offline.
    Persistent,
}

names! {
    /// Whether video may pass to outputs that the player does not know.
    UnknownOutput,
    /// It may not.
    NotAllowed,
    /// It may.
    Allowed,
    /// It may, at a constrained resolution.
    AllowedWithVideoConstriction,
}

names! {
    /// What the content is. The .NET SDK did not know of it and carried it along.
    ContentType,
    /// Anything.
    Unspecified,
    /// An Ultraviolet file.
    UltravioletDownload,
    /// An Ultraviolet stream.
    UltravioletStreaming,
}
