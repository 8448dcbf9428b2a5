// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scripts by which shells complete l2tpctl's words: they ask l2tpctl itself
 * what may stand there, and know no command.
 */
#include "ctl/ctl.h"

const char ctl_completion_bash[] =
	"# bash completion for l2tpctl; written by: l2tpctl completion bash\n"
	"_l2tpctl()\n"
	"{\n"
	"\t# COMP_WORDS are cut at the ':' of an address and the '@' of a user\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} words cur breaks\n"
	"\tread -ra words <<<\"$line\"\n"
	"\t[[ $line == *[[:space:]] ]] && words+=('')\n"
	"\tcur=${words[-1]}\n"
	"\tmapfile -t COMPREPLY < <(\"$1\" --complete \"${words[@]:1}\" "
	"2>/dev/null)\n"
	"\tif [[ ${COMPREPLY[0]} == :files ]]; then\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\tfi\n"
	"\tbreaks=${COMP_WORDBREAKS//[^:=@]/}\n"
	"\tif [[ $breaks && $cur == *[$breaks]* ]]; then\n"
	"\t\tCOMPREPLY=(\"${COMPREPLY[@]#\"${cur%\"${cur##*[$breaks]}\"}\"}\")\n"
	"\tfi\n"
	"}\n"
	"complete -F _l2tpctl l2tpctl\n";

const char ctl_completion_zsh[] =
	"#compdef l2tpctl\n"
	"# zsh completion for l2tpctl; written by: l2tpctl completion zsh\n"
	"_l2tpctl()\n"
	"{\n"
	"\tlocal -a offers\n"
	"\toffers=(\"${(@f)$(${(Q)words[1]} --complete "
	"\"${(@Q)words[2,CURRENT-1]}\" \"$PREFIX\" 2>/dev/null)}\")\n"
	"\tif [[ $offers[1] == :files ]]; then\n"
	"\t\t_files\n"
	"\telif [[ -n $offers[1] ]]; then\n"
	"\t\tcompadd -a offers\n"
	"\tfi\n"
	"}\n"
	"if [[ $funcstack[1] == _l2tpctl ]]; then\n"
	"\t_l2tpctl \"$@\"\n"
	"else\n"
	"\tcompdef _l2tpctl l2tpctl\n"
	"fi\n";
