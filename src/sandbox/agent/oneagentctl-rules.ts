/** Shell function `accepts RULE VALUE`: the rules `oneagentctl` has for the values of its settings. */
export const oneagentctlRules = `# accepts RULE VALUE
accepts() {
  case $1 in
    word)
      [ -n "$2" ] && accepts no_blanks "$2" ;;
    no_blanks)
      case $2 in *[[:space:]]*) return 1 ;; esac ;;
    boolean)
      [ "$2" = true ] || [ "$2" = false ] ;;
    install_time_boolean)
      [ "\${STAND_IN_INSTALLING:-}" = 1 ] && accepts boolean "$2" ;;
    mode)
      case $2 in fullstack | infra-only | discovery) ;; *) return 1 ;; esac ;;
    name_characters)
      case $2 in *[!A-Za-z0-9_.-]*) return 1 ;; esac ;;
    zone)
      case $2 in .*) return 1 ;; esac
      [ "\${#2}" -le 256 ] && accepts name_characters "$2" ;;
    group)
      case $2 in dt.*) return 1 ;; esac
      [ "\${#2}" -le 100 ] && accepts name_characters "$2" ;;
    host_name)
      carriage_return=$(printf '\\r')
      case $2 in '#'* | *[\\<\\>\\&\\"\\']* | *"$carriage_return"* | *"$line_feed"*) return 1 ;; esac
      [ "\${#2}" -le 256 ] ;;
    tag)
      case $2 in '' | '#'* | =* | *=*=* | *[[:space:]]*) return 1 ;; esac
      [ "\${#2}" -le 256 ] ;;
    key_and_value)
      case $2 in ?*=?*) accepts no_blanks "$2" ;; *) return 1 ;; esac ;;
    proxy)
      case $2 in
        '' | no_proxy) ;;
        *://* | *[[:space:]]* | :*) return 1 ;;
        *:*) accepts port "\${2##*:}" ;;
        *) return 1 ;;
      esac ;;
    port)
      case $2 in '' | *[!0-9]* | ??????*) return 1 ;; esac
      [ "$2" -ge 1 ] && [ "$2" -le 65535 ] ;;
    port_range)
      case $2 in *:*:* | [!0-9]*) return 1 ;; *:*) ;; *) return 1 ;; esac
      accepts port "\${2%:*}" && accepts port "\${2#*:}" && [ "\${2%:*}" -ge 1024 ] &&
        [ $((\${2#*:} - \${2%:*})) -ge 3 ] ;;
    id_source)
      case $2 in *';namespace='*) accepts zone "\${2#*;namespace=}" && [ -n "\${2#*;namespace=}" ] || return 1 ;; esac
      case \${2%%;namespace=*} in auto | ip-addresses | mac-addresses | fqdn) ;; *) return 1 ;; esac ;;
    endpoints)
      accepts_endpoints "$2" ;;
    *) return 1 ;;
  esac
}

# A list like https://a:443/communication;https://b/communication, with or without the braces of priority groups.
accepts_endpoints() {
  endpoints_seen=1
  endpoints_left="$1;"
  case $1 in *[[:space:]]* | *'*'*) return 1 ;; esac
  while [ -n "$endpoints_left" ]; do
    endpoint=\${endpoints_left%%[;{\\}]*}
    endpoints_left=\${endpoints_left#*[;{\\}]}
    case $endpoint in
      '') ;;
      http://?*/communication | https://?*/communication) endpoints_seen=0 ;;
      *) return 1 ;;
    esac
  done
  return $endpoints_seen
}

line_feed='
'
`;
