// Numbers, money, dates and words with numbers, as Russian writes them. Days are Moscow's.

const ZONE = "Europe/Moscow";
const rubles = new Intl.NumberFormat("ru-RU", { style: "currency", currency: "RUB" });
const wholeRubles = new Intl.NumberFormat("ru-RU", {
  style: "currency", currency: "RUB", maximumFractionDigits: 0,
});
const numbers = new Intl.NumberFormat("ru-RU");
const tenths = new Intl.NumberFormat("ru-RU", { maximumFractionDigits: 1 });
const plurals = new Intl.PluralRules("ru-RU");
const days = new Intl.DateTimeFormat("ru-RU", {
  day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
});
const shortDays = new Intl.DateTimeFormat("ru-RU", { day: "numeric", month: "short", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat("ru-RU", {
  day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: ZONE,
});
const isoDays = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });

/** Kopecks as roubles: «12 200 ₽», «1,80 ₽». */
export function money(kopecks) {
  return (kopecks % 100 ? rubles : wholeRubles).format(kopecks / 100);
}

export function number(value) {
  return numbers.format(value);
}

/** «1 заказ», «2 заказа», «5 заказов». */
export function count(value, one, few, many) {
  return `${number(value)}\u00a0${plural(value, one, few, many)}`;
}

/** The form of a noun for a number. */
export function plural(value, one, few, many) {
  return { one, few }[plurals.select(value)] ?? many;
}

/** An ISO day: «24 ноября 2026 г.». */
export function day(iso) {
  return days.format(new Date(`${iso}T00:00:00Z`));
}

/** An ISO day for an axis: «24 нояб.». */
export function shortDay(iso) {
  return shortDays.format(new Date(`${iso}T00:00:00Z`));
}

/** An RFC 3339 time in Moscow: «24 ноября 2026 г. в 11:30». */
export function moment(iso) {
  return moments.format(new Date(iso));
}

/** The last day before a time, for a deadline at its midnight: «27 ноября 2026 г.». */
export function lastDay(iso) {
  return day(isoDays.format(Date.parse(iso) - 1));
}

/** The ISO day in Moscow so many days from now. */
export function dayFromNow(shift = 0) {
  return isoDays.format(Date.now() + shift * 86_400_000);
}

/** «812 байт», «1,4 КБ», «2 МБ». */
export function size(bytes) {
  if (bytes < 1024) return count(bytes, "байт", "байта", "байт");
  if (bytes < 1024 * 1024) return `${tenths.format(bytes / 1024)}\u00a0КБ`;
  return `${tenths.format(bytes / 1024 / 1024)}\u00a0МБ`;
}
