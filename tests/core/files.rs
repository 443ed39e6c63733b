use crate::randomness::Repeatable;
use keywicket::error::ErrorCode;
use keywicket::key::file_encryption::{EnvelopeDecryptor, EnvelopeEncryptor, StorageCipher, StorageEncryption};
use keywicket::secret::SecretBytes;
use proptest::prelude::*;

fn key(byte: u8, length: usize) -> SecretBytes {
    SecretBytes::new(vec![byte; length])
}

/// The definition, block by block: AES over 8 bytes of vector and 8 bytes of block number.
fn key_stream_byte(key: &SecretBytes, iv: u64, position: u64) -> u8 {
    use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
    let mut block = aes::Block::default();
    block[..8].copy_from_slice(&iv.to_be_bytes());
    block[8..].copy_from_slice(&(position / 16).to_be_bytes());
    aes::Aes256::new_from_slice(key.expose()).unwrap().encrypt_block(&mut block);
    block[usize::try_from(position % 16).unwrap()]
}

proptest! {
    #[test]
    fn any_piece_of_a_stored_file_is_its_own(iv: u64, offset in 0_i64..i64::MAX - 4096, length in 0_usize..200, cut in 0_usize..200) {
        let key = key(5, 32);
        let mut piece = vec![0; length];
        let mut cipher = StorageCipher::new(&key, iv).unwrap();
        cipher.seek(offset).unwrap();
        // In two calls, at any seam.
        let (head, tail) = piece.split_at_mut(cut.min(length));
        cipher.apply(head).unwrap();
        cipher.apply(tail).unwrap();
        let start = u64::try_from(offset).unwrap();
        let expected: Vec<u8> = (start..).take(length).map(|position| key_stream_byte(&key, iv, position)).collect();
        prop_assert_eq!(piece, expected);
    }

    #[test]
    fn segments_come_back_however_they_are_cut(clear in prop::collection::vec(any::<u8>(), 0..300), cuts in prop::collection::vec(1_usize..40, 1..20)) {
        let (key, iv) = (key(6, 16), [7; 16]);
        let mut encryptor = EnvelopeEncryptor::new(&key, &iv).unwrap();
        let mut encrypted = in_pieces(&clear, &cuts, |piece| encryptor.update(piece));
        encrypted.extend(encryptor.finish());
        prop_assert_eq!(encrypted.len(), clear.len() / 16 * 16 + 16);
        let mut decryptor = EnvelopeDecryptor::new(&key, &iv).unwrap();
        let mut decrypted = in_pieces(&encrypted, &cuts, |piece| decryptor.update(piece));
        decrypted.extend(decryptor.finish().unwrap());
        prop_assert_eq!(decrypted, clear);
    }
}

fn in_pieces(data: &[u8], cuts: &[usize], mut update: impl FnMut(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), data);
    for cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        out.extend(update(piece));
        rest = after;
    }
    out
}

#[test]
fn one_vector_is_for_one_file() {
    let mut files = StorageEncryption::new(key(1, 32)).unwrap();
    let (iv, _) = files.new_file(&mut Repeatable(9)).unwrap();
    assert_eq!(files.file_with_iv(iv).unwrap_err().code(), ErrorCode::FileIvReused);
    assert!(files.file_with_iv(iv ^ 1).is_ok());
    // The same randomness again gives the same vector first, which must be passed over.
    let (other, _) = files.new_file(&mut Repeatable(9)).unwrap();
    assert_ne!(other, iv);
}

#[test]
fn wrong_lengths_positions_and_damage_are_refused() {
    assert_eq!(StorageEncryption::new(key(1, 16)).unwrap_err().code(), ErrorCode::FileWrongKeyLength);
    assert_eq!(StorageCipher::new(&key(1, 32), 0).unwrap().seek(-1).unwrap_err().code(), ErrorCode::FileBadOffset);
    assert_eq!(EnvelopeEncryptor::new(&key(1, 32), &[0; 16]).unwrap_err().code(), ErrorCode::FileWrongKeyLength);
    assert_eq!(EnvelopeDecryptor::new(&key(1, 16), &[0; 8]).unwrap_err().code(), ErrorCode::FileBadIv);
    for damaged in [&[][..], &[0; 15], &[0; 17]] {
        let mut decryptor = EnvelopeDecryptor::new(&key(1, 16), &[0; 16]).unwrap();
        decryptor.update(damaged);
        assert_eq!(decryptor.finish().unwrap_err().code(), ErrorCode::FileDecryptFailed);
    }
}
