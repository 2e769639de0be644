# bash completion of gdpop-admin: the program itself knows its commands, options and names.

# Names of a kind that this login sees, kept for half a minute, since each look is a sudo.
_gdpop_admin_names()
{
    local kind=$1 cache=_gdpop_admin_names_$1 asked=_gdpop_admin_asked_$1
    if ((SECONDS - ${!asked:--60} >= 30)); then
        if ((EUID == 0)); then
            printf -v "$cache" %s "$(gdpop-admin --names "$kind" 2> /dev/null)"
        else
            printf -v "$cache" %s "$(sudo -n gdpop-admin --names "$kind" 2> /dev/null)"
        fi
        printf -v "$asked" %s "$SECONDS"
    fi
    printf '%s\n' "${!cache}"
}

_gdpop_admin()
{
    local cur=${COMP_WORDS[COMP_CWORD]} line known=() name
    COMPREPLY=()
    while read -r line; do
        case $line in
        @file)
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
            ;;
        @*)
            [[ $cur == -* ]] && continue
            # Not in a subshell: what was asked is kept here.
            _gdpop_admin_names "${line#@}" > /dev/null
            name=_gdpop_admin_names_${line#@}
            mapfile -t -O "${#known[@]}" known <<< "${!name}"
            ;;
        *) known+=("$line") ;;
        esac
    done < <(gdpop-admin --complete "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2> /dev/null)
    for name in "${known[@]}"; do
        [[ -n $name && $name == "$cur"* ]] && COMPREPLY+=("$name")
    done
}
complete -F _gdpop_admin gdpop-admin
