# bash completion of gdpop-admin: the program itself knows its commands and options.
_gdpop_admin()
{
    local cur=${COMP_WORDS[COMP_CWORD]} word words=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] || words+=("$word")
    done
    mapfile -t COMPREPLY < <(compgen -W "$(gdpop-admin --complete "${words[@]}" 2> /dev/null)" -- "$cur")
}
complete -o default -F _gdpop_admin gdpop-admin
