-- What the stances in gold.jsonl are about. The first target is the main one ("stance"); the second is judged in "stances".
return {
  {
    id = "orun-treaty",
    statement = "The two states should sign the Orun Waters Treaty.",
    about = {
      "Orun Waters Treaty", "Orun treaty", "river treaty", "water treaty", "treaty", "draft", "accord", "deal",
      "agreement", "signature", "ratification", "sign",
    },
    parties = { "Darvenia", "Selimar" },
  },
  {
    id = "kalda-filling",
    statement = "Darvenia should fill the Kalda reservoir in the summer of 2019.",
    about = {
      "filling of the reservoir", "filling of the Kalda reservoir", "June filling", "filling", "reservoir",
      "impoundment", "Kalda Dam",
    },
    parties = { "Darvenia", "Selimar" },
  },
}
