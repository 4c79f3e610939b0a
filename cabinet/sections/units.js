// The most common units of measure, by their codes in ОКЕИ.

export const UNITS = [
  ["796", "шт"], ["166", "кг"], ["163", "г"], ["112", "л"], ["006", "м"], ["055", "м²"], ["113", "м³"],
  ["356", "ч"], ["359", "сут"], ["778", "упак"], ["876", "усл. ед"],
];

const NAMES = new Map(UNITS);

export function unitName(code) {
  return NAMES.get(code) ?? `единица ${code}`;
}
