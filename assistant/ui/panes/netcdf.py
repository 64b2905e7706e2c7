"""NetCDF files come in, and a report on each comes out. They can be asked about in the chat afterwards."""

from __future__ import annotations

SHELL = """
<div class="ll-page-pane" id="ll-netcdf-pane">
  <h2>Check NetCDF files</h2>
  <p class="ll-hint">Units, coordinates, time, fill values, spikes, density, and the CF conventions: what is wrong,
    where, and how to mend it.</p>
  <div id="ll-netcdf" class="ll-drop">
    <p><strong>Drop NetCDF files here</strong>, or
      <label class="ll-file">choose files<input type="file" multiple accept=".nc,.nc4,.nc3,.cdf,.netcdf,.h5nc"
        aria-label="Choose NetCDF files"></label></p>
  </div>
  <div class="ll-tools"><label>Files here <select id="ll-data-files"><option value="">none yet</option></select></label>
    <button type="button" id="ll-data-check">Check it</button></div>
  <form class="ll-tools" id="ll-data-remote"><label>OPeNDAP address <input type="url" id="ll-data-address" required
      placeholder="https://server/thredds/dodsC/file.nc"></label>
    <button type="submit">Check the address</button></form>
  <div id="ll-netcdf-report" aria-live="polite"></div>
</div>
"""
