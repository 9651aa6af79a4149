// SPDX-License-Identifier: MIT
#include "base/asset.h"
#include "base/mem.h"
#include "lang/attribute.h"
#include "lang/document.h"

#include <string.h>

lo_status lo_attribute_text_of(lo_document *document, lo_arena *arena, lo_attribute_text *out)
{
    const lo_segment *segment = &document->segment;
    lo_tag *all = lo_arena_array(arena, segment->n_tokens + 1, sizeof *all);
    lo_status status = all ? LO_OK : lo_mem_short();
    for (uint32_t s = 0; !status && s < segment->n_sentences; s++) {
        const lo_sentence *sentence = &segment->sentences[s];
        const lo_tag *tags;
        if (sentence->first == sentence->end)
            continue;
        status = lo_document_tags(document, s, &tags);
        if (!status)
            memcpy(all + sentence->first, tags, (sentence->end - sentence->first) * sizeof *all);
    }
    *out = (lo_attribute_text){document->record.text, segment, all, NULL, NULL};
    return status ? status : lo_cluster_shipped(&out->clusters);
}

lo_status lo_attributor_shipped(const lo_attributor **out)
{
    static lo_attributor *shipped;
    *out = shipped;
    if (shipped)
        return LO_OK;
    const lo_asset *asset = lo_asset_find("core/lang/models/attribution.model");
    if (!asset)
        return lo_status_set(LO_E_ARG, "this program was built without an attribution model");
    lo_status status = lo_attributor_open(asset->bytes, &shipped);
    *out = shipped;
    return status;
}

lo_status lo_attribute_document(lo_document *document, lo_arena *arena, lo_attribution **out, uint32_t *out_n)
{
    const lo_attributor *attributor;
    lo_attribute_text text;
    *out = NULL;
    *out_n = 0;
    lo_status status = lo_attributor_shipped(&attributor);
    if (!status)
        status = lo_attribute_text_of(document, arena, &text);
    return status ? status : lo_attribute(attributor, &text, arena, out, out_n);
}
