import { quote } from "../../../ssh/remote-script.ts";

/** A download by the host itself, without its token. */
export interface Download {
  readonly url: string;
  /** Bytes that must be the same as in the file that was checked before, and their SHA-256. */
  readonly size: number;
  readonly sha256: string;
  /** Whether certificate authorities come behind the token. */
  readonly ca: boolean;
  /** Most bytes a second; null: as many as there are. */
  readonly rate: number | null;
}

/** Seconds without progress (fewer than 1,000 bytes a second) after which a try is given up, and for a whole one. */
const stallTime = 60;
const wholeTime = 1_800;
const connectTime = 20;
const tries = 3;
/** Exit codes of curl for a connection that broke on the way. Each try starts from zero: the cluster promises no ranges. */
const brokenOnTheWay = "18 | 52 | 55 | 56 | 92";

/**
 * Lines of a script that download to `$file`. The token is the first line of standard input, and neither it nor what follows
 * is ever an argument or a variable of the environment. What came is compared: a proxy may have something else.
 */
export function pullLines({ url, size, sha256, ca, rate }: Download): string {
  // With a rate it takes as long as that lets it, and as much again.
  const longest = rate === null ? wholeTime : Math.max(wholeTime, Math.ceil((2 * size) / rate));
  const authority = (option: string) => (ca ? ` ${option}"$directory/ca.pem"` : "");
  const limit = (option: string) => (rate === null ? "" : ` ${option}${rate}`);
  return `IFS= read -r token
${ca ? 'cat > "$directory/ca.pem"' : ""}
if command -v curl >/dev/null 2>&1; then
  tries=1
  until printf 'header = "Authorization: Api-Token %s"\\n' "$token" |
    curl --config - --silent --show-error --fail --retry ${tries} --retry-max-time ${longest}${authority("--cacert ")}${limit("--limit-rate ")} \\
      --connect-timeout ${connectTime} --speed-limit 1000 --speed-time ${stallTime} --max-time ${longest} --output "$file" ${quote(url)}
  do
    case $?/$tries in
      */${tries}) section failed download; exit 0 ;;
      ${brokenOnTheWay
        .split(" | ")
        .map((code) => `${code}/*`)
        .join(" | ")}) tries=$((tries + 1)) ;;
      *) section failed download; exit 0 ;;
    esac
  done
elif command -v wget >/dev/null 2>&1; then
  printf 'header = Authorization: Api-Token %s\\n' "$token" > "$directory/wgetrc"
  wget --config="$directory/wgetrc" --quiet --tries=${tries} --timeout=${stallTime}${authority("--ca-certificate=")}${limit("--limit-rate=")} \\
    --output-document="$file" ${quote(url)} || { section failed download; exit 0; }
  rm -f "$directory/wgetrc"
else section failed no-downloader; exit 0; fi
token=
if command -v sha256sum >/dev/null 2>&1; then sum=$(head -c ${size} "$file" | sha256sum); sum=\${sum%% *}
elif command -v openssl >/dev/null 2>&1; then
  sum=$(head -c ${size} "$file" | openssl dgst -sha256); sum=\${sum##* }
else section failed no-checksum; exit 0; fi
[ "$sum" = ${sha256} ] || { section failed content; exit 0; }`;
}
