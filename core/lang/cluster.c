// SPDX-License-Identifier: MIT
#include "lang/cluster.h"

#include "base/asset.h"
#include "base/mem.h"
#include "lang/cluster_table.h"
#include "lang/model.h"

struct lo_cluster {
    const lo_cluster_slot *slots;
    uint32_t mask;
    uint64_t checksum;
};

lo_status lo_cluster_open(lo_str bytes, lo_cluster **out)
{
    lo_model model;
    const void *slots;
    size_t n;
    *out = NULL;
    lo_status status = lo_model_open(bytes, "clusters", LO_CLUSTER_VERSION, &model);
    if (!status)
        status = lo_model_array(&model, "slots", sizeof(lo_cluster_slot), 2, &slots, &n);
    if (status)
        return status;
    const lo_cluster_slot *at = slots;
    bool gap = false;
    for (size_t i = 0; i < n && !gap; i++)
        gap |= at[i].check == 0;
    if (n & (n - 1) || n > 1u << 24 || !gap)
        return lo_status_set(LO_E_DATA, "clusters model is damaged (its table has no gap or a wrong length)");
    lo_cluster *made = lo_mem_alloc(sizeof *made);
    if (!made)
        return lo_mem_short();
    *made = (lo_cluster){slots, (uint32_t)(n - 1), lo_model_checksum(bytes)};
    *out = made;
    return LO_OK;
}

void lo_cluster_close(lo_cluster *cluster)
{
    lo_mem_free(cluster);
}

uint64_t lo_cluster_checksum(const lo_cluster *cluster)
{
    return cluster ? cluster->checksum : 0;
}

lo_cluster_entry lo_cluster_find(const lo_cluster *cluster, const lo_word *word)
{
    if (cluster) {
        uint16_t check = lo_cluster_check(word->lower);
        for (uint32_t at = lo_cluster_home(word->lower) & cluster->mask; cluster->slots[at].check;
             at = (at + 1) & cluster->mask)
            if (cluster->slots[at].check == check)
                return cluster->slots[at].entry;
    }
    return (lo_cluster_entry){0};
}

lo_status lo_cluster_shipped(const lo_cluster **out)
{
    static lo_cluster *shipped;
    lo_status status = LO_OK;
    if (!shipped) {
        const lo_asset *asset = lo_asset_find("core/lang/models/clusters.model");
        status = asset ? lo_cluster_open(asset->bytes, &shipped)
                       : lo_status_set(LO_E_DATA, "this program was built without word clusters");
    }
    *out = shipped;
    return status;
}
