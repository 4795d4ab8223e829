"""Charts: a finding in a title made from data, drawn with Altair as SVG or PNG, from the frames and nothing else."""
