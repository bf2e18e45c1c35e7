// PocketSphinx: cmd_ln_init is variadic, so the decoder is made here from the settings this project uses.
#ifndef STENTOR_CPOCKETSPHINX_SHIM_H
#define STENTOR_CPOCKETSPHINX_SHIM_H

#include <pocketsphinx.h>

// A decoder for the en-us model in `folder`, or NULL. The beams are search widths as PocketSphinx writes them.
static inline ps_decoder_t *cpocketsphinx_decoder(
    const char *acoustic, const char *language_model, const char *dictionary, const char *beam,
    const char *word_beam) {
    err_set_logfp(NULL); // it logs every word to standard error
    cmd_ln_t *settings = cmd_ln_init(
        NULL, ps_args(), TRUE, "-hmm", acoustic, "-lm", language_model, "-dict", dictionary, "-beam", beam,
        "-wbeam", word_beam, "-remove_silence", "no", NULL); // times count the frames that are left
    if (settings == NULL) return NULL;
    ps_decoder_t *decoder = ps_init(settings);
    cmd_ln_free_r(settings); // ps_init keeps its own reference
    return decoder;
}

#endif
