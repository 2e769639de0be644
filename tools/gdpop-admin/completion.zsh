#compdef gdpop-admin
# zsh completion of gdpop-admin: the program itself knows its commands, options and names.

# Names of a kind that this login sees, kept for half a minute, since each look is a sudo.
_gdpop-admin-names() {
    typeset -gA _gdpop_admin_names _gdpop_admin_asked
    local kind=$1 root=(sudo -n)
    ((EUID == 0)) && root=()
    if ((SECONDS - ${_gdpop_admin_asked[$kind]:--60} >= 30)); then
        _gdpop_admin_names[$kind]=$($root gdpop-admin --names $kind 2>/dev/null)
        _gdpop_admin_asked[$kind]=$SECONDS
    fi
    compadd -- ${(f)_gdpop_admin_names[$kind]}
}

_gdpop-admin() {
    local line
    local -a known
    for line in ${(f)"$(gdpop-admin --complete ${words[2,CURRENT-1]} 2>/dev/null)"}; do
        case $line in
        @file) _files ;;
        @*) _gdpop-admin-names ${line#@} ;;
        *) known+=($line) ;;
        esac
    done
    compadd -- $known
}

_gdpop-admin "$@"
