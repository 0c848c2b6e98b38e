/* SPDX-License-Identifier: MIT */
#include "model/config.h"

#include <stdlib.h>

void config_fini(struct config *cfg)
{
	for (size_t i = 0; i < cfg->nwords; i++)
		free(cfg->words[i]);
	free(cfg->words);
	free(cfg->pids);
	free(cfg->traces);
	free(cfg->fail_if);
	free(cfg->env);
	*cfg = (struct config){0};
}
