// What went wrong, in words for the person at the page: by the code in the answer, else by the kind of answer.

const BY_CODE = {
  citizen_unknown: "Warga ini tidak ada lagi di simulator. Muat ulang halaman, lalu pilih atau tambah warga.",
  phone_malformed: "Nomor WhatsApp harus 7 sampai 15 angka.",
  phone_malformed_or_taken: "Nomor WhatsApp harus 7 sampai 15 angka dan belum dipakai warga lain.",
  text_missing: "Pesan masih kosong.",
  original_missing: "Pilih dulu pesan yang diubah, dihapus, atau diberi reaksi.",
  file_missing: "Berkas tidak ikut terkirim. Pilih berkasnya sekali lagi.",
  file_type_refused: "Jenis berkas ini tidak dapat dikirim (misalnya HEIC). Pilih foto JPG atau PNG, atau dokumen PDF.",
  file_size_refused: "Berkas ini kosong atau terlalu besar. Foto paling besar 5 MB, dokumen PDF paling besar 100 MB.",
  file_unknown: "Berkas ini tidak ada lagi di simulator.",
  sample_unknown: "Warga contoh ini tidak ada. Muat ulang halaman.",
};
const BY_STATUS = {
  413: BY_CODE.file_size_refused,
  404: "Yang dicari tidak ada di simulator.",
  422: "Isian ini tidak dapat diterima: terlalu panjang atau bentuknya salah.",
};
export const UNREACHABLE = "Simulator tidak menjawab. Periksa apakah masih berjalan, lalu coba lagi.";

export function sentence(status, body) {
  const known = typeof body?.detail === "string" && Object.hasOwn(BY_CODE, body.detail) ? BY_CODE[body.detail] : null;
  return known ?? BY_STATUS[status] ?? (status >= 500 ? `Simulator sedang bermasalah (HTTP ${status}). Coba lagi.` : `Simulator menolak permintaan ini (HTTP ${status}).`);
}
